import { deepEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { flagsOf } from '../../server/src/host/compiler';

describe('what V8 is told', () => {
  it('is known to the V8 that runs here, which would complain in the terminal', () => {
    const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    const names = flagsOf(process.versions.v8).map((flag) => flag.slice(0, flag.indexOf('=')));
    deepEqual(
      names.filter((name) => !known.includes(`  ${name} (`)),
      [],
    );
  });

  const versions = [
    ['11.3.244.8-node.38', '--interrupt-budget=300000'],
    ['12.4.254.21-node.57', '--invocation-count-for-turbofan=13300'],
    ['14.6.202.34', '--invocation-count-for-turbofan=13300'],
  ] as const;
  for (const [version, flag] of versions)
    it(`V8 ${version} is told ${flag}`, () => deepEqual(flagsOf(version)[0], flag));
});
