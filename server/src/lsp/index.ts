/** The features of the language server, one a file. */
import { checkWorkspaceRequest } from './checkWorkspace';
import { codeActions } from './codeActions';
import { codeLens } from './codeLens';
import { completedConfigRequest } from './completedConfig';
import { completion } from './completion';
import { configuration } from './configuration';
import { definition } from './definition';
import type { Feature } from './feature';
import { formatting } from './formatting';
import { hover } from './hover';
import { inlayHints } from './inlayHints';
import { newConfigRequest } from './newConfig';
import { outline } from './outline';
import { pullDiagnostics } from './pullDiagnostics';
import { pushDiagnostics } from './pushDiagnostics';
import { rename } from './rename';
import { rulePages } from './rulePages';
import { seenRequest } from './seen';
import { semanticTokens } from './semanticTokens';
import { shapeFlowRequests } from './shapeFlow';
import { verifyModuleRequest } from './verifyModule';
import { watchedFiles } from './watchedFiles';

export const features: readonly Feature[] = [
  checkWorkspaceRequest,
  codeActions,
  codeLens,
  completedConfigRequest,
  completion,
  configuration,
  definition,
  formatting,
  hover,
  inlayHints,
  newConfigRequest,
  outline,
  pullDiagnostics,
  pushDiagnostics,
  rename,
  rulePages,
  seenRequest,
  semanticTokens,
  shapeFlowRequests,
  verifyModuleRequest,
  watchedFiles,
];
