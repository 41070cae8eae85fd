/** The features of the language server, one a file. */
import { checkWorkspaceRequest } from './checkWorkspace';
import { codeActions } from './codeActions';
import { completion } from './completion';
import { configuration } from './configuration';
import { definition } from './definition';
import type { Feature } from './feature';
import { formatting } from './formatting';
import { hover } from './hover';
import { inlayHints } from './inlayHints';
import { outline } from './outline';
import { pullDiagnostics } from './pullDiagnostics';
import { pushDiagnostics } from './pushDiagnostics';
import { rename } from './rename';
import { rulePages } from './rulePages';
import { shapeFlowRequests } from './shapeFlow';
import { verifyModuleRequest } from './verifyModule';
import { watchedFiles } from './watchedFiles';

export const features: readonly Feature[] = [
  checkWorkspaceRequest,
  codeActions,
  completion,
  configuration,
  definition,
  formatting,
  hover,
  inlayHints,
  outline,
  pullDiagnostics,
  pushDiagnostics,
  rename,
  rulePages,
  shapeFlowRequests,
  verifyModuleRequest,
  watchedFiles,
];
