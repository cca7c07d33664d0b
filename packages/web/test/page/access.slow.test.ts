import { beforeAll, describe, expect, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { DESKTOP, expectAccessible, focused, PHONE, sidewaysScroll, tabTo } from '../support/accessible.js';
import { openPage } from '../support/open-page.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

describe.skipIf(chromiumPath === undefined)(`accessibility${needsChromium}`, { timeout: 180_000 }, () => {
  let server: RealServer;
  let speech: SpeechFile;

  beforeAll(async () => {
    server = await spawnRealServer('--workers', '1');
    // One sentence without a pause, which is shown before it is final on a slow machine, too.
    speech = await writeSpeech(['librispeech/1998-15444-0006'], 5);
    return () => {
      server.signal('SIGKILL');
      speech.remove();
    };
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each([
      ['a phone', PHONE],
      ['a desktop', DESKTOP],
    ])('axe finds nothing on %s, from empty over speaking to corrected', async (_name, viewport) => {
      const { page } = await openPage(server.url, {
        ...{ colorScheme, viewport, reducedMotion: 'reduce' },
        ...{ speech: speech.path, repeats: true },
      });
      await expectAccessible(page, 'empty');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('still listening …').waitFor();
      await expectAccessible(page, 'speaking');
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('transcript-line').first().waitFor();
      await expectAccessible(page, 'paused');
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();

      await page.locator('transcript-line .word').first().click();
      await expectAccessible(page, 'a word being corrected');
      await page.keyboard.type('Other');
      await page.keyboard.press('Enter');
      await page.locator('transcript-line').getByText('Corrected').click();
      await page
        .getByRole('button', { name: /^Correct the line/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Download' }).click();
      await expectAccessible(page, 'corrected, a line being corrected, formats unfolded');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await expectAccessible(page, 'shortcuts');
      expect(await sidewaysScroll(page)).toBe(0);
    });

    test.each([
      ['a phone', PHONE],
      ['a desktop', DESKTOP],
    ])('axe finds nothing on %s with a problem, settings and a file that failed', async (_name, viewport) => {
      const { page } = await openPage(server.url, {
        ...{ colorScheme, viewport, reducedMotion: 'reduce' },
        allowed: false,
      });
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('The microphone is not allowed').waitFor();
      await expectAccessible(page, 'denied');
      if (viewport === PHONE) await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByLabel('Two speakers, each with a microphone').check();
      await page.getByLabel('Names, drugs, words to listen for').fill(`apixaban, ${'x'.repeat(101)}`);
      await page.keyboard.press('Enter');
      await page.getByText('A term has at most 100 letters').waitFor();
      await page.getByLabel('Names, drugs, words to listen for').fill('apixaban, lisinopril');
      await page.keyboard.press('Enter');
      await expectAccessible(page, 'settings');
      await page.locator('#file').setInputFiles(clipPath('clips.ts'));
      await page.getByRole('button', { name: 'Close', exact: true }).waitFor();
      await expectAccessible(page, 'a file that failed');
      expect(await sidewaysScroll(page)).toBe(0);
    });
  });

  test('everything works from the keyboard alone', async () => {
    const { page } = await openPage(server.url, { speech: speech.path, repeats: true });
    await page.keyboard.press('Alt+Shift+KeyT');
    await page.keyboard.type('Alt Shift R apixaban');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Alt Shift R apixaban' }).waitFor();
    expect(await page.getByText('Ready', { exact: true }).count()).toBeGreaterThan(0);

    await tabTo(page, 'Start');
    await page.keyboard.press('Enter');
    await page.getByText('Listening', { exact: true }).first().waitFor();
    expect(await focused(page)).toContain('Pause');
    await page.keyboard.press('Alt+Shift+KeyM');
    await page.getByText('Muted', { exact: true }).first().waitFor();
    await page.keyboard.press('Alt+Shift+KeyM');
    await page.locator('transcript-line').first().waitFor();
    await page.keyboard.press('Alt+Shift+KeyP');
    await page.getByText('Paused', { exact: true }).first().waitFor();
    await page.keyboard.press('Alt+Shift+KeyS');
    await page.getByText('Stopped', { exact: true }).first().waitFor();

    await tabTo(page, 'Correct the line');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('By hand.');
    await page.keyboard.press('Enter');
    await page.getByText('By hand.').first().waitFor();
    expect(await focused(page)).toContain('Correct the line');

    await page.keyboard.press('Alt+Shift+KeyK');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('finals are announced to screen readers, and partials are not', async () => {
    const { page } = await openPage(server.url, { speech: speech.path, repeats: true });
    await page.getByRole('button', { name: 'Start' }).click();
    // At once, as a partial may be gone a moment later.
    await page.locator('partial-lines .partial[aria-live=off]').getByText('still listening …').waitFor();
    const live = page.locator('transcript-view [aria-live=polite]');
    await live.getByText(/\w/).first().waitFor({ state: 'attached' });
    const final = await page.locator('transcript-line .text').first().textContent();
    expect(await live.textContent()).toContain(final?.trim());
  });
});
