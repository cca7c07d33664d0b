import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../server/test/support/free-port.js';
import { startRealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { expectAccessible } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';
import { writeSpeech } from '../support/speech-file.js';

describe.skipIf(chromiumPath === undefined)(`the page survives${needsChromium}`, { timeout: 180_000 }, () => {
  test('a server that is killed and restarted, with a notice and without losing words', async () => {
    const speech = await writeSpeech(['jfk/jfk', 'dictation/joe_s002', 'dictation/joe_s003'], 120);
    onTestFinished(speech.remove);
    const port = String(await freePort());
    const first = await startRealServer('--workers', '1', '--port', port);
    const { page } = await openPage(first.url, { speech: speech.path });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('transcript-line').first().waitFor();

    first.signal('SIGKILL');
    await page.getByText('Connection lost', { exact: true }).first().waitFor();
    await page.getByText(/Recording goes on: \d+ s wait to be sent/).waitFor();
    await expectAccessible(page, 'reconnecting');
    await page.getByRole('button', { name: 'Try again now' }).click();
    await startRealServer('--workers', '1', '--port', port);
    await page.getByText('Listening', { exact: true }).first().waitFor();
    await page
      .getByText(/fibrillation/i)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).first().waitFor();

    const heard = (await page.locator('transcript-line .text').allTextContents()).join(' ');
    expect(wordErrorRate(speech.text, heard)).toBeLessThan(0.3);
    expect(await page.getByText('The server cannot be reached').count()).toBe(0);
  });

  test('a server that is away at the start, with a notice and a retry', async () => {
    const port = String(await freePort());
    const first = await startRealServer('--workers', '1', '--port', port);
    const { page } = await openPage(first.url);
    first.signal('SIGKILL');
    await first.exited;
    await page.getByRole('button', { name: 'Start' }).click();
    const problem = page.getByRole('alert').filter({ hasText: 'The server cannot be reached' });
    await problem.waitFor();
    await startRealServer('--workers', '1', '--port', port);
    await problem.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Listening', { exact: true }).first().waitFor();
    expect(await problem.count()).toBe(0);
  });
});
