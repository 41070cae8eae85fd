/**
 * Every fixture: the checker finds what the markers say, and nothing else; every fix cures its finding.
 * `UPDATE_FIXTURES=1` writes the markers instead; read the diff. That the markers are right is what
 * test/oracle/fixtures.test.ts asks PyTorch.
 */
import { equal, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { checkerOf } from './harness/checker';
import {
  afterFix,
  checkerOfFixture,
  expectedText,
  findingTexts,
  allFixtures,
  observedText,
  type Fixture,
} from './harness/fixtures';

const updating = process.env['UPDATE_FIXTURES'] === '1';

describe('fixtures', () => {
  for (const fixture of allFixtures()) {
    it(`${fixture.id}: findings and shapes`, async () => {
      const service = await checkerOfFixture(fixture);
      for (const file of fixture.files) {
        const observed = observedText(service, file);
        if (updating && observed !== file.text) writeFileSync(file.disk, observed);
        else equal(observed, expectedText(file), `${file.disk} (left: found, right: marked)`);
      }
    });

    if (fixture.files.some((file) => file.marked.markers.some((marker) => marker.kind === 'fix')))
      it(`${fixture.id}: fixes`, () => fixesCure(fixture));
  }
});

/** After any one fix there is one finding less, and no new one. */
async function fixesCure(fixture: Fixture): Promise<void> {
  const paths = fixture.files.map((file) => file.path);
  const service = await checkerOfFixture(fixture);
  const before = findingTexts(service, paths);
  for (const path of paths)
    for (const finding of service.findings(path) ?? [])
      for (const fix of finding.fixes) {
        const texts = afterFix(fixture, fix);
        if (texts === undefined) continue;
        const after = findingTexts(await checkerOf(texts, ['/fixture']), paths);
        ok(after.length < before.length, `'${fix.title}' doesn't cure ${finding.message}:\n${after.join('\n')}`);
        ok(
          after.every((text) => before.includes(text)),
          `'${fix.title}' causes something new:\n${after.filter((text) => !before.includes(text)).join('\n')}`,
        );
      }
}
