/** Reads a `deploy.yaml`: a whole plan, safe where it says nothing, and every problem with its place. */
import {
  collections,
  experimentFields,
  gateFields,
  planFields,
  shadowFields,
  stepFields,
  unitFields,
  usualGates,
  usualSteps,
} from './fields';
import { requestsNeeded, usualErrorRate } from './requests';
import { headOf, valuesOf, type PlanProblem, type Values } from './values';
import type { DeployPlan } from '../../../protocol/src/deploy';
import { readYaml, type YamlMap, type YamlNode } from './yaml';

export type { PlanProblem } from './values';

export interface PlanText {
  readonly plan: DeployPlan;
  readonly problems: readonly PlanProblem[];
}

const mostSteps = 100;
const dwellsOfLimit = 60;
const leastLimit = 300; // seconds
const longestSoak = 600; // seconds

export function readPlan(text: string): PlanText {
  const { root, problems: syntax } = readYaml(text);
  const problems: PlanProblem[] = syntax.map((each) => ({ ...each, severity: 'error' }));
  const tell = (problem: PlanProblem): void => void problems.push(problem);
  if (root !== undefined && root.kind !== 'map')
    tell({ ...headOf(root), severity: 'error', message: 'A plan is made of fields as "steps:", not of this' });
  const map = root?.kind === 'map' ? root : undefined;
  return { plan: planOf(map, tell), problems: problems.sort((a, b) => a.start - b.start) };
}

/**
 * Whether a file called deploy.yaml is a plan at all: other tools call theirs the same, and it must not be blamed for
 * what it isn't.
 */
export function isPlan(text: string): boolean {
  if (/^["']?(?:apiVersion|services|jobs|pool|trigger|resources)["']?\s*:/m.test(text)) return false;
  if (/^["']?(?:gates|shadow|onControllerLoss|controllerDeadline)["']?\s*:/m.test(text)) return true;
  return /^["']?steps["']?\s*:/m.test(text) && /\bweight["']?\s*:/.test(text);
}

type Tell = (problem: PlanProblem) => void;

function planOf(map: YamlMap | undefined, tell: Tell): DeployPlan {
  const own = valuesOf(map, planFields, 'A plan', tell, Object.keys(collections));
  const at = (name: string): YamlNode | undefined => map?.entries.find((each) => each.key.text === name)?.value;
  const gates = gatesOf(at('gates'), tell);
  const steps = stepsOf(at('steps'), tell);
  tellOfRequests(at('steps'), steps, gates, tell);
  const isOff = isWord(at('shadow'), 'off') || isWord(at('shadow'), false);
  const shadow = isOff
    ? undefined
    : limited(valuesOf(asMap(at('shadow'), 'shadow', tell), shadowFields, 'shadow', tell));
  const unit = at('unit') && valuesOf(asMap(at('unit'), 'unit', tell), unitFields, 'unit', tell);
  const header = unit?.['header'];
  const experiment =
    at('experiment') && valuesOf(asMap(at('experiment'), 'experiment', tell), experimentFields, 'experiment', tell);
  if (experiment && header === undefined)
    tell({
      ...headOf(at('experiment') as YamlNode),
      severity: 'information',
      message:
        'An A/B test counts units only, and the plan does not say which header names them; add "unit: { header: x-unit-id }"',
    });
  const dwells = steps.reduce((sum, step) => sum + Number(step['dwell']), 0);
  const plan = {
    soak: Math.min(longestSoak, dwells),
    ...own,
    ...(shadow === undefined ? {} : { shadow }),
    steps,
    gates,
    ...(experiment === undefined ? {} : { experiment }),
    ...(typeof header === 'string' ? { unit: { header: header.toLowerCase() } } : {}),
  };
  // The fields are data, so the compiler can't see that they are those of a plan; the tests do.
  return plan as unknown as DeployPlan;
}

const isWord = (node: YamlNode | undefined, word: string | boolean): boolean =>
  node?.kind === 'scalar' && node.value === word;

function asMap(node: YamlNode | undefined, name: string, tell: Tell): YamlMap | undefined {
  if (node === undefined || node.kind === 'map') return node;
  tell({ ...headOf(node), severity: 'error', message: `"${name}" is made of fields` });
  return undefined;
}

function itemsOf(node: YamlNode | undefined, name: string, tell: Tell): readonly YamlNode[] | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'list') {
    tell({ ...headOf(node), severity: 'error', message: `"${name}" is a list` });
    return undefined;
  }
  const late = node.items[mostSteps];
  if (late !== undefined)
    tell({ ...headOf(late), severity: 'error', message: `"${name}" has more than ${mostSteps} entries` });
  return node.items.slice(0, mostSteps);
}

/** A phase without a limit ends after sixty times its dwell. */
const limited = (values: Values): Values => ({
  ...values,
  limit: values['limit'] ?? Math.max(leastLimit, dwellsOfLimit * Number(values['dwell'])),
});

function stepsOf(node: YamlNode | undefined, tell: Tell): readonly Values[] {
  const items = itemsOf(node, 'steps', tell);
  if (items === undefined)
    return usualSteps.map((step) => limited({ ...valuesOf(undefined, stepFields, 'A step', tell), ...step }));
  let before = 0;
  return items.flatMap((item) => {
    if (item.kind !== 'map') {
      tell({ ...headOf(item), severity: 'error', message: 'A step is made of fields as "weight: 5"' });
      return [];
    }
    const step = limited(valuesOf(item, stepFields, 'A step', tell));
    const weight = Number(step['weight']);
    if (weight <= before)
      tell({
        ...headOf(item),
        severity: 'error',
        message: `Weights rise from step to step; ${weight} % comes after ${before} %`,
      });
    before = weight;
    return Number.isFinite(weight) ? [step] : [];
  });
}

function gatesOf(node: YamlNode | undefined, tell: Tell): readonly Values[] {
  const items = itemsOf(node, 'gates', tell);
  if (items === undefined) return usualGates.map((gate) => gateWith(gate, undefined, tell));
  const gates = items.flatMap((item) => gateOf(item, tell));
  if (node !== undefined && gates.every((gate) => gate['dryRun'] === true || gate['kind'] === 'resources'))
    tell({
      ...headOf(node),
      severity: 'warning',
      message: 'No gate decides here: every version that loads is promoted. Add "- errors" at least',
    });
  return gates;
}

/** `- errors`, `- kind: errors` with its fields, or `- errors: {margin: 1 %}`. */
function gateOf(item: YamlNode, tell: Tell): readonly Values[] {
  const wrong = (found: string): readonly Values[] => {
    tell({
      ...headOf(item),
      severity: 'error',
      message: `A gate is one of ${Object.keys(gateFields).join(', ')}${found}`,
    });
    return [];
  };
  if (item.kind === 'list') return wrong('');
  if (item.kind === 'scalar')
    return Object.hasOwn(gateFields, item.text)
      ? [gateWith({ kind: item.text }, undefined, tell)]
      : wrong(`, not ${item.text}`);
  const kind = item.entries.find((each) => each.key.text === 'kind')?.value;
  if (kind?.kind === 'scalar')
    return Object.hasOwn(gateFields, kind.text)
      ? [gateWith({ kind: kind.text }, item, tell)]
      : wrong(`, not ${kind.text}`);
  const [only, ...rest] = item.entries;
  if (only === undefined || rest.length > 0 || !Object.hasOwn(gateFields, only.key.text)) return wrong('');
  return [gateWith({ kind: only.key.text }, asMap(only.value, only.key.text, tell), tell)];
}

function gateWith(usual: Readonly<Record<string, string | boolean>>, map: YamlMap | undefined, tell: Tell): Values {
  const kind = String(usual['kind']);
  return { ...valuesOf(map, gateFields[kind] ?? {}, `The gate ${kind}`, tell, ['kind']), ...usual };
}

/** What a step is in for: the next share sets how sure its errors gate must be. */
function tellOfRequests(
  node: YamlNode | undefined,
  steps: readonly Values[],
  gates: readonly Values[],
  tell: Tell,
): void {
  const margin = gates.find((gate) => gate['kind'] === 'errors')?.['margin'];
  if (node?.kind !== 'list' || typeof margin !== 'number' || steps.length !== node.items.length) return;
  for (const [i, item] of node.items.entries()) {
    const step = steps[i];
    if (step === undefined || item.kind !== 'map') continue;
    const needed = requestsOfStep(steps, i, margin);
    const weight = Number(step['weight']);
    if (!Number.isFinite(weight) || weight >= 100) continue;
    const message = `Needs ${grouped(needed)} requests at ${weight} % to tell ${shown(100 * (usualErrorRate + allowed(steps, i, margin)))} % errors from ${shown(100 * usualErrorRate)} %`;
    tell({ ...headOf(item), severity: 'information', message });
  }
}

const allowed = (steps: readonly Values[], i: number, margin: number): number =>
  Math.min(1, margin / (Number(steps[i + 1]?.['weight'] ?? 100) / 100));

/** Requests of both versions that a step needs for its errors gate, about. */
export const requestsOfStep = (steps: readonly Values[], i: number, margin: number): number =>
  requestsNeeded(Number(steps[i]?.['weight']) / 100, allowed(steps, i, margin));

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
const shown = (value: number): string => String(Number(value.toPrecision(3)));
