/** The features of the language server, one a file. */
import { checkWorkspaceRequest } from './checkWorkspace';
import { codeActions } from './codeActions';
import { configuration } from './configuration';
import type { Feature } from './feature';
import { hover } from './hover';
import { inlayHints } from './inlayHints';
import { pullDiagnostics } from './pullDiagnostics';
import { pushDiagnostics } from './pushDiagnostics';
import { rulePages } from './rulePages';
import { watchedFiles } from './watchedFiles';

export const features: readonly Feature[] = [
  checkWorkspaceRequest,
  codeActions,
  configuration,
  hover,
  inlayHints,
  pullDiagnostics,
  pushDiagnostics,
  rulePages,
  watchedFiles,
];
