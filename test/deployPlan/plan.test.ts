/** `deploy.yaml`: defaults, values, problems with their places, requests a verdict needs. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { check, property, constantFrom, array } from 'fast-check';
import { isPlan, readPlan } from '../../server/src/deployPlan/plan';
import { requestsNeeded } from '../../server/src/deployPlan/requests';
import { readYaml, type YamlNode } from '../../server/src/deployPlan/yaml';
import { header, plan as ofWorld, World } from '../deploy/world';

const plain = (node: YamlNode | undefined): unknown => {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
};

describe('deploy.yaml: the text', () => {
  for (const [text, value] of [
    [
      'a: 1\nb:\n  - x: 1\n    y: 5s # c\n  - {x: 2, y: [a, \'b c\', "d"]}\n',
      {
        a: 1,
        b: [
          { x: 1, y: '5s' },
          { x: 2, y: ['a', 'b c', 'd'] },
        ],
      },
    ],
    ['c:\n- 1\n- - 2\n  - 3\n', { c: [1, [2, 3]] }],
    ['{"a": [1, 2], "b": {"c": null}}', { a: [1, 2], b: { c: null } }],
    ['a: http://x:1/y\nb: it is #1\nc: x #1\n', { a: 'http://x:1/y', b: 'it is', c: 'x' }],
    [
      "---\r\n# c\r\na:\r\n  b:\r\n  c: -1.5e3\r\nd: ~\r\ne: 'it''s'\r\n",
      { a: { b: null, c: -1500 }, d: null, e: "it's" },
    ],
    ['"a b": "\\u00e9\\n"\n', { 'a b': 'é\n' }],
    ['a: |\n  two\n  lines\nb: .inf\n', { a: 'two\nlines\n', b: '.inf' }],
    ['', undefined],
  ] as const)
    it(JSON.stringify(text), () => {
      const { root, problems } = readYaml(text);
      deepEqual([plain(root), problems], [value, []]);
    });

  for (const [text, at, message] of [
    ['a: *x', 3, /Aliases are not read/],
    ['a: !!python/object 1', 3, /Tags are not read/],
    ['a:\n\tb: 1', 3, /this is a tab/],
    ['a: [1, 2', 8, /bracket is not closed/],
    ['a: b: c', 3, /A key stands inside this value/],
    ['a: 1\na: 2\n', 5, /stands here twice/],
    ['a: 1\n  b: 2\n', 3, /A key stands inside this value/],
    ['a: "x\n', 6, /in quotes is not closed/],
    ['a: 1\n---\nb: 2\n', 5, /begins another/],
    ['b\na: 1\n', 0, /A colon is missing/],
    ['- a: 1\n b: 3\n', 7, /between the entries of a list/],
    ['{a: 1}}', 6, /does not belong/],
    ['[a]: 1', 0, /A key is a word/],
  ] as const)
    it(`refuses ${JSON.stringify(text)}`, () => {
      const found = readYaml(text).problems.map((each) => [each.start, message.test(each.message)]);
      deepEqual(found[0], [at, true]);
    });

  it('ends on any text', () => {
    const piece = constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '#',
      '  ',
      '\t',
      '\\',
      '1',
      '&',
    );
    check(property(array(piece, { maxLength: 40 }), (pieces) => (readPlan(pieces.join('')), true)));
    ok(readYaml('['.repeat(5_000)).problems.length > 0);
  });
});

describe('deploy.yaml: the plan', () => {
  it('an empty one is a whole plan that the engine carries out', () => {
    const { plan, problems } = readPlan('');
    deepEqual(problems, []);
    // The same fields as a plan that the compiler has checked.
    for (const field of Object.keys(ofWorld)) ok(field in plan, field);
    const world = new World({ 3: { errors: 0 }, 4: { errors: 0 } }, { perSecond: 200 }, 1);
    world.run(world.begin({ ...header, plan }), 3_000);
    equal(world.log.at(-1)?.to, 'promoted');
  });

  it('takes times, shares, sizes and short gates', () => {
    const { plan, problems } = readPlan(
      'steps: [{weight: 20 %, minRequests: 200, dwell: 5m, limit: 2h}]\nunit: {header: X-Unit-Id}\nshadow: off\nsoak: 1h\n' +
        'gates:\n- errors\n- {kind: latency, quantile: 0.99, slack: 1.5}\n- agreement: {budget: 2 %}\n- resources: {resident: 2 GiB}\n',
    );
    deepEqual(
      problems.filter((each) => each.severity === 'error'),
      [],
    );
    deepEqual(plan.steps, [{ weight: 20, minRequests: 200, dwell: 300, limit: 7_200 }]);
    deepEqual([plan.shadow, plan.unit, plan.soak], [undefined, { header: 'x-unit-id' }, 3_600]);
    deepEqual(
      plan.gates.map((gate) => gate.kind),
      ['errors', 'latency', 'agreement', 'resources'],
    );
    deepEqual(plan.gates[2], { kind: 'agreement', budget: 0.02, dryRun: false });
    equal(plan.gates[3]?.kind === 'resources' && plan.gates[3].resident, 2 * 2 ** 30);
  });

  for (const [text, marked, message] of [
    ['steps:\n- wieght: 5\n', 'wieght', /A step has no "wieght"; it may have weight/],
    ['steps: [{weight: 25}, {weight: 5}]', '{weight', /Weights rise from step to step; 5 % comes after 25 %/],
    ['steps: [{weight: 125}]', '125', /"weight" is 125; it may be 0.01 to 100 %/],
    ['gates: [speed]', 's', /A gate is one of errors, latency, .*, not speed/],
    ['gates: [resources]', '[', /No gate decides here/],
    ['drain: 5 parsecs', '5 parsecs', /"drain" is a time as 30s, 5m or 1h, not 5 parsecs/],
    ['order: fast', 'fast', /"order" is one of auto, load-first, unload-first, not fast/],
    ['- 1', '-', /A plan is made of fields/],
  ] as const)
    it(`${JSON.stringify(text)} is told`, () => {
      const found = readPlan(text).problems.find((each) => message.test(each.message));
      ok(found, JSON.stringify(readPlan(text).problems));
      ok(text.slice(found.start, found.end).startsWith(marked));
    });

  it('says how many requests a step needs', () => {
    const { problems } = readPlan('steps: [{weight: 5}]');
    match(problems[0]?.message ?? '', /^Needs 16,983 requests at 5 % to tell 2 % errors from 1 %$/);
  });

  it('says that nobody names the units of an A/B test', () => {
    const test = 'experiment: { metric: errors, better: lower, effect: 0.01 }';
    const told = (text: string): boolean =>
      readPlan(text).problems.some(({ message }) => message.startsWith('An A/B test counts units only'));
    deepEqual([told(test), told(`${test}\nunit: { header: x-user }`)], [true, false]);
  });

  it('agrees with published sample sizes', () => {
    deepEqual(
      [requestsNeeded(0.05, 0.01), requestsNeeded(0.2, 0.01), requestsNeeded(0.5, 0.01) / 2],
      [16_983, 5_291, 1_826],
    );
    // Twice 18,519.
    equal(requestsNeeded(0.5, 0.001, 0.001), 37_039);
  });

  it('knows other files of that name', () => {
    equal(isPlan('apiVersion: apps/v1\nkind: Deployment\nspec:\n  steps: 1\n'), false);
    equal(isPlan('steps:\n- script: make\n'), false);
    equal(isPlan('steps:\n- weight: 5\n'), true);
    equal(isPlan('gates: [errors]\n'), true);
  });
});
