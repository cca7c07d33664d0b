import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

describe.skipIf(chromiumPath === undefined)(
  `somebody who speaks${needsChromium}`,
  { timeout: 180_000 },
  () => {
    let server: RealServer;
    let speech: SpeechFile;

    beforeAll(async () => {
      server = await spawnRealServer(
        ...['--workers', '1', '--max-final-delay-seconds', '600', '--worker-timeout-seconds', '120'],
      );
      speech = await writeSpeech(['jfk/jfk', 'dictation/joe_s002'], 60);
      return () => {
        server.signal('SIGKILL');
        speech.remove();
      };
    });

    test('can pause, which makes the text final and stops the time', async () => {
      const { page } = await openPage(server.url, { speech: speech.path });
      await button(page, 'Start').click();
      // A single word that the pause cuts off might leave no text at all. A server that is behind sends no partials.
      const several = page.locator('partial-lines .text').filter({ hasText: /(\S+\s+){3}\S/ });
      await several.or(page.locator('transcript-line')).first().waitFor();
      await button(page, 'Pause').click();
      await page.getByText('Paused', { exact: true }).first().waitFor();
      await page.locator('transcript-line').first().waitFor();
      await page.getByText('still listening …').waitFor({ state: 'detached' });
      const before = await page.getByRole('timer').textContent();
      const lines = await page.locator('transcript-line').count();

      await button(page, 'Resume').click();
      await page.getByText('Listening', { exact: true }).first().waitFor();
      await page.waitForFunction(
        ([shown]) =>
          document
            .querySelector('auscult-app')
            ?.shadowRoot?.querySelector('control-bar')
            ?.shadowRoot?.querySelector('time')?.textContent !== shown,
        [before],
      );
      await page.locator('transcript-line').nth(lines).waitFor();
    });

    test('can be muted', async () => {
      const { page } = await openPage(server.url, { speech: speech.path });
      await button(page, 'Start').click();
      await page.getByText('Listening', { exact: true }).first().waitFor();
      await button(page, 'Mute').click();
      await page.getByText('Time goes on, but nobody is heard.').waitFor();
      expect(await button(page, 'Mute').getAttribute('aria-pressed')).toBe('true');
      await button(page, 'Mute').click();
      await page.getByText('Words appear as they are said.').waitFor();
    });

    test('can change the microphone during a recording without losing text', async () => {
      const { page } = await openPage(server.url, { speech: speech.path });
      await button(page, 'Start').click();
      const first = page.locator('transcript-line').first();
      await first.waitFor();
      const said = await first.locator('.text').textContent();
      await page.getByLabel('Which one').selectOption({ index: 2 });
      await page.locator('transcript-line').nth(1).waitFor();
      expect(await first.locator('.text').textContent()).toBe(said);
      expect(await page.locator('page-notices .problem').count()).toBe(0);
      await page.getByText('Words appear as they are said.').waitFor();
    });

    test('must stop the recording before a new transcript', async () => {
      const { page } = await openPage(server.url, { speech: speech.path });
      await button(page, 'Start').click();
      await page.locator('transcript-line').first().waitFor();
      await button(page, 'New').click();
      await page.getByText('Stop the recording first').waitFor();
      expect(await page.locator('transcript-line').count()).toBeGreaterThan(0);
    });

    test('learns how to allow a denied microphone', async () => {
      const { page } = await openPage(server.url, { allowed: false });
      await button(page, 'Start').click();
      const problem = page.getByRole('alert').filter({ hasText: 'The microphone is not allowed' });
      await problem.waitFor();
      expect(await problem.textContent()).toContain('Click the symbol beside the address of this page');
      await problem.getByRole('button', { name: 'Try again' }).click();
      await problem.waitFor();
    });

    test('has a name of their own beside a second speaker', async () => {
      const { page } = await openPage(server.url, { speech: speech.path });
      await page.getByLabel('Two speakers, each with a microphone').check();
      await page.getByLabel('First speaker').fill('Dr. Ito');
      await page.getByLabel('First speaker').press('Tab');
      await button(page, 'Start').click();
      await page.locator('transcript-line').first().waitFor();
      await button(page, 'Stop').click();
      expect(await page.locator('transcript-line .speaker').first().textContent()).toMatch(
        /Dr\. Ito|Patient/,
      );
    });

    test('can use key terms, and learns which are ignored', async () => {
      // On a busy machine, a microphone loses sound, so a sentence that was not heard completely is said again.
      const sentence = await writeSpeech(['dictation/joe_s002'], 1);
      onTestFinished(sentence.remove);
      const { page } = await openPage(server.url, { speech: sentence.path, repeats: true });
      await page.getByLabel('Names, drugs, words to listen for').fill('LisinoPRIL, the');
      await button(page, 'Add').click();
      await button(page, 'Remove LisinoPRIL').waitFor();
      await button(page, 'Start').click();
      await page.getByText('Key terms that are everyday words are left out').waitFor();
      await page
        .locator('transcript-line .text')
        .filter({ hasText: /LisinoPRIL/ })
        .first()
        .waitFor();
      await button(page, 'Close this note').click();
      await button(page, 'Stop').click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();
    });
  },
);

function button(page: Page, name: string) {
  return page.getByRole('button', { name, exact: true });
}
