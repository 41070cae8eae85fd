/** The language server's process: `server.js --stdio`, or node IPC from the extension. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Connection, createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { version } from '../../package.json';
import { createService } from './createService';
import { loadParser } from './loadParser';
import { serve } from './lsp/server';
import type { StartService } from './host/project';
import { ruleTexts } from './rules';

const usage = `tensorwright language server ${version}

Started by an editor: server.js --stdio | --node-ipc | --socket=PORT
`;

function main(): void {
  const connection = connect();
  if (!connection) {
    process.stderr.write(usage);
    process.exitCode = process.argv.includes('--help') || process.argv.includes('--version') ? 0 : 2;
    return;
  }
  const log = (error: unknown): void =>
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('uncaughtException', log);
  process.on('unhandledRejection', log);
  const startService = loadParser().then(
    (parser): StartService =>
      (host) =>
        createService({ host, parser }),
  );
  startService.catch((error: unknown) => {
    log(error);
    process.exit(2);
  });
  serve({
    connection,
    startService,
    rules: ruleTexts,
    version,
    variables: process.env,
    rulePages: shippedRulePages(),
  });
  connection.listen();
}

/** Undefined where the arguments name no way to talk. */
function connect(): Connection | undefined {
  try {
    return createConnection(ProposedFeatures.all);
  } catch {
    return undefined;
  }
}

/** The documentation pages that are installed beside the bundle. */
function shippedRulePages(): string | undefined {
  const script = process.argv[1];
  if (script === undefined) return undefined;
  try {
    const folder = join(dirname(dirname(realpathSync(script))), 'docs', 'rules');
    return existsSync(folder) ? `${pathToFileURL(folder).href}/` : undefined;
  } catch {
    return undefined;
  }
}

main();
