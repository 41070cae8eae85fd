/**
 * `node dist/bridge.js FOLDER...`: the bridge over folders of runs. Prints its address as one line of JSON and goes
 * when its stdin ends, so that it never outlives who started it.
 */
import { judgeOf } from './judge';
import { startBridge } from './transport/server';

async function main(folders: readonly string[]): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  if (folders.length === 0) {
    log('usage: bridge.js FOLDER... (folders that hold run folders, as .tensorwright/runs)');
    process.exitCode = 2;
    return;
  }
  const bridge = await startBridge({ folders, log, makeJudge: judgeOf });
  process.stdout.write(`${JSON.stringify(bridge.address)}\n`);
  const stop = (): void => void bridge.close().then(() => process.exit(0));
  process.stdin.on('end', stop).on('error', stop).resume();
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`the bridge did not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
