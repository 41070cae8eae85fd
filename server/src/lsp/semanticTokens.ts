/** `textDocument/semanticTokens`: names of tensors and models, fields and known values of configurations. */
import {
  type Range,
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensRangeParams,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Project } from '../host/project';
import { tokenKinds } from '../triton/editor/tokens';
import type { Feature } from './feature';
import { spanOfRange } from './locations';

const DECLARATION = 1;

export const semanticTokens: Feature = {
  capabilities: () => ({
    semanticTokensProvider: {
      documentSelector: [{ language: 'textproto' }, { pattern: '**/*.pbtxt' }, { pattern: '**/models.config' }],
      legend: { tokenTypes: [...tokenKinds], tokenModifiers: ['declaration'] },
      full: true,
      range: true,
    },
  }),
  start(session) {
    const { semanticTokens: requests } = session.connection.languages;
    const none: SemanticTokens = { data: [] };
    const tokens = ({ path, document, project }: About, range?: Range): SemanticTokens => {
      const within = range && spanOfRange(document, range);
      const builder = new SemanticTokensBuilder();
      for (const { span, kind, isDeclaration } of project.service.tokens(path)) {
        if (within && (span.end < within.start || span.start > within.end)) continue;
        const { line, character } = document.positionAt(span.start);
        builder.push(line, character, span.end - span.start, tokenKinds.indexOf(kind), isDeclaration ? DECLARATION : 0);
      }
      return builder.build();
    };
    requests.on(session.handler('textDocument/semanticTokens/full', none, (about) => tokens(about)));
    requests.onRange(
      session.handler(
        'textDocument/semanticTokens/range',
        none,
        (about: About & { params: SemanticTokensRangeParams }) => tokens(about, about.params.range),
      ),
    );
  },
};

interface About {
  readonly path: string;
  readonly document: TextDocument;
  readonly project: Project;
}
