/** Every import of the product keeps to the table of who may use whom. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { importProblem, layerOf } from '../scripts/layers.mjs';
import { filesUnder, fromRoot } from '../scripts/paths.mjs';

const rooms = ['client/src', 'server/src', 'cli/src', 'protocol/src', 'webviews/src', 'runtime-bridge/node'];
const sources = rooms.flatMap((room) => filesUnder(room, (path: string) => path.endsWith('.ts')));

/** What a file imports, re-exports or loads on demand, types included. */
function importsOf(file: string): readonly string[] {
  const found: string[] = [];
  const take = (specifier: ts.Node | undefined): void => {
    if (specifier !== undefined && ts.isStringLiteral(specifier)) found.push(specifier.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node)) take(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) take(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return found;
}

describe('layers', () => {
  it('every source file belongs to a room', () => {
    const homeless = sources.map(fromRoot).filter((path: string) => layerOf(path) === undefined);
    deepEqual(homeless, []);
  });

  it('no import leaves what its room may use', () => {
    const problems = sources.flatMap((file: string) => {
      const path = fromRoot(file);
      return importsOf(file).flatMap((specifier) => {
        const problem = importProblem(path, specifier);
        return problem === undefined ? [] : [`${path}: ${problem}`];
      });
    });
    deepEqual(problems, []);
  });

  for (const [path, specifier, allowed] of [
    ['server/src/core/shape/dim.ts', '../text/place', true],
    ['server/src/core/shape/dim.ts', '../infer/value', false],
    ['server/src/core/infer/operator.ts', '../shape/dim', true],
    ['server/src/core/infer/operator.ts', '../../operators/linear', false],
    ['server/src/core/infer/operator.ts', 'node:fs', false],
    ['server/src/core/infer/operator.ts', 'fs/promises', false],
    ['server/src/operators/linear.ts', '../core/infer/operator', true],
    ['server/src/operators/linear.ts', '../service', false],
    ['server/src/service.ts', './operators', true],
    ['server/src/service.ts', './host/walk', false],
    ['server/src/lsp/hover.ts', 'vscode-languageserver/node', true],
    ['server/src/lsp/hover.ts', 'vscode', false],
    ['server/src/host/walk.ts', 'vscode-languageserver', false],
    ['client/src/extension.ts', 'vscode', true],
    ['client/src/extension.ts', '../../server/src/service', false],
    ['cli/src/check.ts', '../../server/src/service', true],
    ['cli/src/check.ts', '../../server/src/lsp/hover', false],
    ['runtime-bridge/node/store/series.ts', '../../../protocol/src/curves', true],
    ['runtime-bridge/node/store/series.ts', 'node:fs', false],
    ['runtime-bridge/node/transport/server.ts', 'ws', true],
    ['runtime-bridge/node/transport/server.ts', 'vscode', false],
    ['webviews/src/curves/state.ts', '../layers/state', false],
    ['webviews/src/curves/view.ts', 'vscode', false],
    ['runtime-bridge/node/journal/tail.ts', 'node:fs', true],
    ['runtime-bridge/node/diagnosis/rules/dead-relu.ts', '../rule', true],
    ['runtime-bridge/node/diagnosis/rules/dead-relu.ts', 'node:fs', false],
    ['runtime-bridge/node/diagnosis/rules/dead-relu.ts', '../../journal/tail', false],
    ['protocol/src/lsp.ts', './settings', true],
    ['protocol/src/lsp.ts', '../../server/src/core/finding', false],
  ] as const)
    it(`${path} ${allowed ? 'may' : 'may not'} import ${specifier}`, () => {
      equal(importProblem(path, specifier) === undefined, allowed);
    });

  it('says what a room may use', () => {
    match(importProblem('protocol/src/lsp.ts', 'vscode') ?? '', /protocol\/src may not import vscode/);
  });
});
