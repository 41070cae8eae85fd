/** docs/coverage.md: what the checker knows of PyTorch's own test samples, from the counts of the oracle's last run. */

const share = (part, of) => (of === 0 ? '' : `${((100 * part) / of).toFixed(1)} %`);
const ratio = (part, of) => (of === 0 ? '' : `${part}/${of}`);
const sum = (entries, key) => entries.reduce((total, entry) => total + entry[key], 0);
const isInPlace = (name) => /[a-z0-9]_$/.test(name);
const isLayer = ([, { names }]) => /^torch\.nn\.[A-Z]/.test(names[0]);

/**
 * @param {{ torch: string, entries: Record<string, any> }} coverage test/oracle/coverage.json
 * @param {ReadonlySet<string>} declared names that operators and layers declare
 * @param {string} notice
 */
export function coveragePage({ torch, entries }, declared, notice) {
  const all = Object.values(entries);
  const layers = Object.entries(entries).filter(isLayer);
  const functions = Object.entries(entries).filter((entry) => !isLayer(entry));
  const names = [...new Set(functions.flatMap(([, entry]) => entry.names))];
  const [plain, inPlace] = [names.filter((name) => !isInPlace(name)), names.filter(isInPlace)];
  const have = (list) => list.filter((name) => declared.has(name)).length;
  const [errors, changed] = [sum(all, 'errors'), sum(all, 'changed')];
  const [errorsFound, changedFound] = [sum(all, 'errorsFound'), sum(all, 'changedFound')];
  const rows = [
    ['Names of functions and methods in `op_db`', plain.length, have(plain), share(have(plain), plain.length)],
    ['Names of in-place methods beside them', inPlace.length, have(inPlace), share(have(inPlace), inPlace.length)],
    ['Modules of `module_db`', layers.length, have(layers.map(([name]) => name)), ''],
    ['Valid samples, shapes and types known in full', sum(all, 'valid'), sum(all, 'known')],
    ['Samples that raise, flagged', errors + changed, errorsFound + changedFound],
    ['– error samples of PyTorch', errors, errorsFound],
    ['– good samples with a one-place change', changed, changedFound],
  ];
  return `# Coverage

${notice}

PyTorch ${torch} brings the samples of its own tests: \`op_db\` for functions and methods, \`module_db\` for layers. \`node scripts/test.mjs oracle database\` runs a seeded few of every entry in PyTorch, the error samples, and good samples with a one-place change (a size, a rank, an option, a dtype), and holds the checker to what happened.

| | all | of them | share |
| --- | ---: | ---: | ---: |
${rows.map(([what, of, part, percent = share(part, of)]) => `| ${what} | ${of} | ${part} | ${percent} |`).join('\n')}

False errors: ${sum(all, 'falseErrors')}. Wrong shapes or types: ${sum(all, 'wrongShapes')}. A shape where PyTorch raises: ${sum(all, 'missed')}. An error in other words than PyTorch's: ${sum(all, 'otherWords')}.

Not counted: ${sum(all, 'dependent')} samples whose sizes depend on values (\`nonzero\`, masks), and samples without a tensor as result. Left out are private functions, those of GPUs, sparse tensors, and arguments that have no literal. A gap stands for none.

## Functions and methods

${table(functions, declared)}

## Layers

${table(layers, declared)}
`;
}

function table(entries, declared) {
  const lines = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => {
      const missing = entry.names.filter((each) => !declared.has(each));
      const wrong = entry.falseErrors + entry.wrongShapes + entry.missed + entry.otherWords;
      const cells = [
        `\`${name}\``,
        missing.length === entry.names.length ? 'none' : ratio(entry.names.length - missing.length, entry.names.length),
        ratio(entry.known, entry.valid),
        ratio(entry.errorsFound, entry.errors),
        ratio(entry.changedFound, entry.changed),
        wrong || '',
      ];
      return `| ${cells.join(' | ')} |`;
    });
  return `| Entry | Names declared | Known | Error samples flagged | Changed samples flagged | Wrong |
| --- | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}`;
}
