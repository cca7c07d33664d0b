import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
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

    test('sees words as partials, then as finals, and has all of them after Stop', async () => {
      const { page, complaints } = await openPage(server.url, { speech: speech.path });
      await button(page, 'Start').click();
      await page.getByText('still listening …').waitFor();
      await page.getByText('Listening', { exact: true }).first().waitFor();
      await page
        .getByText(/potassium/i)
        .first()
        .waitFor();
      await page.locator('transcript-line').nth(1).waitFor();
      await button(page, 'Stop').click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();

      expect(wordErrorRate(speech.text, await transcript(page))).toBeLessThan(0.25);
      expect(await page.getByText('still listening …').count()).toBe(0);
      expect(complaints).toEqual([]);
    });
  },
);

function button(page: Page, name: string) {
  return page.getByRole('button', { name, exact: true });
}

async function transcript(page: Page): Promise<string> {
  return (await page.locator('transcript-line .text').allTextContents()).join(' ');
}
