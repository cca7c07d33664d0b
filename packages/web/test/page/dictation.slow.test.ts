import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../../server/test/support/scripted-server.js';
import { until } from '../../../server/test/support/until.js';
import { expectAccessible } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

const SPOKEN = 'Give twenty five milligrams.';

describe.skipIf(chromiumPath === undefined)(
  `somebody who dictates${needsChromium}`,
  { timeout: 120_000 },
  () => {
    test('sees text in written form, with the spoken text on request', async () => {
      const { page, say, complaints } = await dictation();
      say(SPOKEN);
      await lines(page).first().waitFor();
      await expectTexts(page, ['Give 25 mg.']);
      expect(await lines(page).locator('.word').nth(1).getAttribute('title')).toBe('Said: “twenty five”.');
      expect(await page.getByText(SPOKEN).count()).toBe(0);

      await page.getByLabel('Show what was said, too').check();
      await lines(page).getByText(`Said: “${SPOKEN}”`).waitFor();
      await expectTexts(page, ['Give 25 mg.']);
      await expectAccessible(page, 'with what was said');
      expect(complaints).toEqual([]);
    });

    test('sees only the spoken text with written form off', async () => {
      const { page, say } = await dictation({ off: ['Written form'] });
      say(`${SPOKEN} Scratch that.`);
      await lines(page).first().waitFor();
      await expectTexts(page, [`${SPOKEN} Scratch that.`]);
    });

    test('has paragraphs and lines on the page, and in downloads and copies', async () => {
      const { page, say } = await dictation({ on: ['Dictation commands'] });
      say('No fever. New paragraph. Plan. New line. Rest.');
      say('New paragraph.');
      say('Give twenty five milligrams.');
      await lines(page).nth(2).waitFor();
      await expectTexts(page, ['No fever.\n\nPlan.\nRest.', '¶', 'Give 25 mg.']);
      await expectAccessible(page, 'with paragraphs');

      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: 'Download' }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Text', exact: true }).click(),
      ]);
      expect(readFileSync(await file.path(), 'utf8')).toMatch(
        /^No fever\.\n\nPlan\.\nRest\.\n\nGive 25 mg\.\n/,
      );
    });

    test('can take back sentences, without repeated announcements to screen readers', async () => {
      const { page, say } = await dictation({ on: ['Dictation commands'] });
      await page.evaluate(countAnnouncements);
      for (const sentence of ['One.', 'Two.', 'Three.', 'Four.', 'Five.']) say(sentence);
      await lines(page).nth(4).waitFor();
      say('Scratch that.');
      say('Scratch that.');
      await lines(page).nth(3).waitFor({ state: 'detached' });
      await expectTexts(page, ['One.', 'Two.', 'Three.']);
      say('Six.');
      await lines(page).nth(3).waitFor();
      await expectTexts(page, ['One.', 'Two.', 'Three.', 'Six.']);
      const announced = () => page.evaluate(() => (globalThis as unknown as Counting).announced);
      await expect.poll(announced, PATIENCE).toContain('Six.');
      expect(new Set(await announced()).size).toBe((await announced()).length);
      expect((await announced()).at(-1)).toBe('Six.');
    });

    test('can break a line by correcting it', async () => {
      const { page, say } = await dictation();
      say('No fever. Rest.');
      await page.getByRole('button', { name: /^Correct the line/ }).click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('No fever.');
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.type('Rest.');
      await page.keyboard.press('Enter');
      await expectTexts(page, ['No fever.\nRest.']);
    });
  },
);

interface Dictation {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Makes the server recognise a sentence. */
  readonly say: (sentence: string) => void;
}

/** The page of a server that hears what the test says, with these settings on and off, listening. */
async function dictation({
  on = [],
  off = [],
}: { readonly on?: readonly string[]; readonly off?: readonly string[] } = {}): Promise<Dictation> {
  const server: ScriptedServer = await startScriptedServer();
  const { page, complaints } = await openPage(server.url);
  for (const label of on) await page.getByLabel(label).check();
  for (const label of off) await page.getByLabel(label).uncheck();
  await page.getByRole('button', { name: 'Start' }).click();
  await until(() => server.recognizer.streams.length > 0);
  return {
    page,
    complaints,
    say: (sentence) => {
      server.recognizer.streams[0]?.final(sentence);
    },
  };
}

function lines(page: Page) {
  return page.locator('transcript-line');
}

/** Waits until the lines have these texts, since a line appears before its text does. */
async function expectTexts(page: Page, expected: readonly string[]): Promise<void> {
  const texts = async () =>
    (await page.locator('transcript-line .text').allInnerTexts()).map((text) => text.trim());
  await expect.poll(texts, PATIENCE).toEqual(expected);
}

/** Milliseconds that a loaded machine may take. */
const PATIENCE = { timeout: 60_000 };

interface Counting {
  announced: string[];
}

/** Notes everything that is announced to screen readers. */
function countAnnouncements(): void {
  const view = document.querySelector('auscult-app')?.shadowRoot?.querySelector('transcript-view');
  const region = view?.shadowRoot?.querySelector('[aria-live="polite"]');
  const counting = globalThis as unknown as Counting;
  counting.announced = [];
  if (!region) return;
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes]))
      if (node instanceof Element) counting.announced.push(node.textContent.trim());
  }).observe(region, { childList: true });
}
