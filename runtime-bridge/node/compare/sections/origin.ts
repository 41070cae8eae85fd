/** Where two registered versions come from: the metrics of their runs, the commit and script that made them. */
import { dirname } from 'node:path';
import type { CompareChange } from '../../../../protocol/src/compare';
import { manifestIn } from '../../versions/models';
import { count, section, type Section, unknown } from '../section';
import type { Side } from '../sides';

export const origin: Section = ({ before, after }) => {
  const [left, right] = [factsOf(before), factsOf(after)];
  if (left === undefined && right === undefined) return undefined;
  if (left === undefined || right === undefined) {
    const { name } = left === undefined ? before : after;
    return unknown(
      'origin',
      'Origin',
      `${name} has no manifest that can be read, so nothing says which run and commit made it; register it.`,
    );
  }
  const changes = [...metricChanges(left, right), ...sourceChanges(left, right)];
  const metrics = changes.filter(({ subject }) => subject.startsWith('metric ')).length;
  const said =
    changes.length === 0
      ? 'The same metrics, commit and script.'
      : `${count(metrics, 'metric')} and ${count(changes.length - metrics, 'fact')} of the source differ.`;
  return section({ id: 'origin', title: 'Origin', summary: said, changes, figures: { metrics } });
};

interface Facts {
  readonly metrics: ReadonlyMap<string, number>;
  readonly commit?: string;
  readonly script?: string;
  readonly dirty?: boolean;
}

/** A manifest is a file that anybody may edit: what is not as it should be is not there. */
function factsOf({ model, config }: Side): Facts | undefined {
  const file = model ?? config;
  const read = file === undefined ? undefined : manifestIn(dirname(file));
  if (read === undefined || 'problem' in read) return undefined;
  const { metrics, commit, script, dirty }: Readonly<Record<string, unknown>> = { ...read };
  const entries = Object.entries(typeof metrics === 'object' && metrics !== null ? metrics : {});
  return {
    metrics: new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
    ...(typeof commit === 'string' ? { commit } : {}),
    ...(typeof script === 'string' ? { script } : {}),
    ...(typeof dirty === 'boolean' ? { dirty } : {}),
  };
}

/** Which direction is good nobody says, so none is a risk of its own. */
function metricChanges(left: Facts, right: Facts): CompareChange[] {
  return [...new Set([...left.metrics.keys(), ...right.metrics.keys()])].sort().flatMap((name): CompareChange[] => {
    const change = changeOf(`metric ${name}`, left.metrics.get(name), right.metrics.get(name));
    return change === undefined ? [] : [change];
  });
}

function sourceChanges(left: Facts, right: Facts): CompareChange[] {
  const commit = changeOf('commit', left.commit, right.commit);
  const told = [
    commit &&
      (left.commit !== undefined && right.commit !== undefined
        ? { ...commit, reason: `git diff ${left.commit.slice(0, 12)} ${right.commit.slice(0, 12)} shows what changed.` }
        : commit),
    changeOf('script', left.script, right.script),
    changeOf('source differs from its commit', left.dirty, right.dirty),
  ];
  return told.filter((change) => change !== undefined);
}

type Fact = string | number | boolean | undefined;

function changeOf(subject: string, before: Fact, after: Fact): CompareChange | undefined {
  if (before === after) return undefined;
  return {
    kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    subject,
    risk: 'low',
    differences: [
      {
        what: '',
        ...(before === undefined ? {} : { before: words(before) }),
        ...(after === undefined ? {} : { after: words(after) }),
      },
    ],
  };
}

const words = (fact: string | number | boolean): string =>
  typeof fact === 'boolean' ? (fact ? 'yes' : 'no') : String(fact);
