/**
 * The 1,000-line model file of the latency benchmark, made from the classes of examples/: the same text every time.
 *
 *   node bench/modelFile.mjs > model.py
 */
import { readFileSync } from 'node:fs';
import { filesUnder, fromRoot } from '../scripts/paths.mjs';
import { isMain } from '../scripts/isMain.mjs';

export const wantedLines = 1000;

const header = `"""Model zoo: the classes of the examples, several times over under other names."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 64
`;

const declared = /^(?:class|def) (\w+)/gm;

/** Top-level classes and functions of a file with their decorators, the entry points left out. */
function declarations(text) {
  const blocks = text.split(/\n(?=(?:@|class |def |if |[A-Z_]+ = |import |from ))/);
  const joined = blocks.reduce((kept, block) => {
    if (kept.at(-1)?.startsWith('@') && !kept.at(-1).includes('\nclass '))
      return [...kept.slice(0, -1), `${kept.at(-1)}\n${block}`];
    return [...kept, block];
  }, []);
  return joined.filter((block) => /^(?:@|class |def (?!main\b))/.test(block)).map((block) => block.trimEnd());
}

/** Declarations of one example with every own name given a suffix, so that copies don't meet. */
function renamed(blocks, suffix) {
  const names = blocks.flatMap((block) => [...block.matchAll(declared)].map((found) => found[1]));
  const own = new RegExp(`\\b(${names.join('|')})\\b`, 'g');
  return blocks.map((block) => block.replace(own, (name) => `${name}${suffix}`));
}

const script = `if __name__ == "__main__":
    print(UNetUnetSizes1()(torch.randn(1, 3, 224, 224)).shape)
    print(BlockVitHeads1()(torch.randn(2, 197, 768)).shape)
    print(GPTConfigGpt1(GPTConfigConfigGpt1())(torch.randint(0, 5000, (2, 64))).shape)
    print(ClassifierFirstClassifier1()(torch.randn(16, 3, 32, 32)).shape)`;

/** The text: header, copies of the classes until the file is full, a script part, comment lines up to the last line. */
export function modelFile() {
  const examples = filesUnder('examples', (path) => path.endsWith('.py')).map((path) => ({
    name: fromRoot(path).split('/')[1].split('-').map(capital).join(''),
    blocks: declarations(readFileSync(path, 'utf8')),
  }));
  const room = wantedLines - lineCount(script) - 4;
  let text = header;
  for (let round = 1; ; round++) {
    for (const { name, blocks } of examples) {
      for (const block of renamed(blocks, `${name}${round}`)) {
        const longer = `${text}\n\n# ${name}, copy ${round}.\n${block}\n`;
        if (lineCount(longer) > room) return filled(`${text}\n\n${script}\n`);
        text = longer;
      }
    }
  }
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const lineCount = (text) => text.split('\n').length;

function filled(text) {
  const missing = wantedLines + 1 - lineCount(text);
  return text + '# Nothing follows.\n'.repeat(Math.max(0, missing));
}

if (isMain(import.meta.url)) process.stdout.write(modelFile());
