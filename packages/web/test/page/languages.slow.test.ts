import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { expectAccessible, PHONE, sidewaysScroll } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

/** What the button that starts is called. */
const START = { de: 'Start', fr: 'Démarrer', es: 'Iniciar', en: 'Start' } as const;

describe.skipIf(chromiumPath === undefined)(`languages${needsChromium}`, { timeout: 180_000 }, () => {
  let server: RealServer;
  let speech: SpeechFile;

  beforeAll(async () => {
    server = await spawnRealServer('--workers', '1');
    speech = await writeSpeech(['jfk/jfk'], 5);
    return () => {
      server.signal('SIGKILL');
      speech.remove();
    };
  });

  test('the page speaks the language of the browser or the one that is chosen, and is accessible in each on a phone', async () => {
    const { page, complaints } = await openPage(server.url, {
      ...{ viewport: PHONE, reducedMotion: 'reduce', locale: 'de-AT' },
      ...{ speech: speech.path, repeats: true },
    });
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('transcript-line').first().waitFor();
    await page.getByRole('button', { name: 'Stopp' }).click();
    await page.getByText('Gestoppt', { exact: true }).first().waitFor();
    await page.locator('transcript-line .word').first().click();

    for (const [language, start] of Object.entries(START)) {
      await openSettings(page);
      await page.locator('#language').selectOption(language);
      await page.locator(`html[lang=${language}]`).waitFor();
      await inBothColours(page, `settings in ${language}`);
      await page.locator('setup-panel button.check').click();
      await page.locator('microphone-check .good').waitFor();
      await inBothColours(page, `the check of the microphone in ${language}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: start, exact: true }).waitFor();
      await inBothColours(page, `the transcript in ${language}`);
    }
    await page.reload();
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(complaints).toEqual([]);
  });

  test('screen readers are given each part with its role and name', async () => {
    const { page } = await openPage(server.url, { viewport: PHONE });
    await expect(await page.locator('body').ariaSnapshot()).toMatchFileSnapshot('aria/empty.yaml');
    // By the keyboard alone.
    await page.getByRole('button', { name: 'Settings' }).focus();
    await page.keyboard.press('Enter');
    const panel = page.locator('setup-panel');
    await panel.waitFor();
    await expect(await panel.ariaSnapshot()).toMatchFileSnapshot('aria/settings.yaml');
    await panel.getByRole('button', { name: 'Check the microphone' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('You are heard well').waitFor();
    const check = page.locator('microphone-check');
    await expect(await check.ariaSnapshot()).toMatchFileSnapshot('aria/microphone.yaml');
    await check.getByRole('button', { name: 'Try the loudspeaker' }).click();
    await page.getByText('The microphone does not hear the loudspeaker.').waitFor();
    await check.getByRole('button', { name: 'Done' }).focus();
    await page.keyboard.press('Enter');
    await check.waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Check the microphone' }).count()).toBe(0);
  });

  test('what is printed is the transcript and nothing else', async () => {
    const { page } = await openPage(server.url, { speech: speech.path });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('transcript-line').first().waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).first().waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.locator('transcript-line .text').first().waitFor();
    expect(await page.locator('.printed').isVisible()).toBe(true);
    for (const part of ['header', 'aside', 'control-bar', 'export-menu', 'transcript-line .edit'])
      expect(await page.locator(part).first().isVisible(), part).toBe(false);
  });
});

async function openSettings(page: Page): Promise<void> {
  await page.locator('header button').last().click();
  await page.locator('setup-panel').waitFor();
}

async function inBothColours(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `${state}, ${colorScheme}`);
  }
  expect(await sidewaysScroll(page), state).toBe(0);
}
