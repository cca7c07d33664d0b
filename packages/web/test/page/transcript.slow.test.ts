import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

const CLIP = 'dictation/joe_s002.flac';
const SAID = 'Continue lisinopril ten milligrams once a day and recheck potassium in two weeks.';

describe.skipIf(chromiumPath === undefined)(`a transcript${needsChromium}`, { timeout: 180_000 }, () => {
  let server: RealServer;

  beforeAll(async () => {
    server = await spawnRealServer('--workers', '1');
    return () => {
      server.signal('SIGKILL');
    };
  });

  test('can be made from a dropped file, and downloaded in every format', async () => {
    const { page, complaints } = await openPage(server.url);
    await drop(page, CLIP);
    await page.getByText('Transcribed.').waitFor();
    expect(wordErrorRate(SAID, await text(page))).toBeLessThan(0.4);

    const downloads: Record<string, string> = {};
    for (const format of ['Text', 'Word', 'Subtitles (SRT)', 'JSON']) {
      await page.getByRole('button', { name: 'Download' }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: format, exact: true }).click(),
      ]);
      expect(file.suggestedFilename()).toMatch(/^transcript-\d{4}-\d\d-\d\d-\d{4}\.(txt|docx|srt|json)$/);
      downloads[format] = readFileSync(await file.path(), 'latin1');
    }
    expect(downloads['Text']?.trim().split(/\s+/)).toEqual((await text(page)).split(/\s+/));
    expect(downloads['Word']?.slice(0, 2)).toBe('PK');
    expect(downloads['Subtitles (SRT)']).toContain('00:00:0');
    expect(JSON.parse(downloads['JSON'] ?? '')).toHaveProperty('segments.0.words.0.confidence');
    expect(complaints).toEqual([]);
    // The page has the text now, so it is deleted on the server.
    expect(await (await fetch(`${server.url}/api/v1/transcriptions`)).json()).toEqual({ transcriptions: [] });
  });

  test('can be corrected in place, keeps the text before, and is exported as corrected', async () => {
    const { page } = await openPage(server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
    await drop(page, CLIP);
    const line = page.locator('transcript-line').first();
    await line.waitFor();
    const heard = (await line.locator('.text').textContent())?.trim() ?? '';

    await line.locator('.word').first().click();
    await page.keyboard.type('Carry on');
    await page.keyboard.press('Enter');
    await line.getByText('Corrected').click();
    await line.getByText(`Heard: “${heard}”`).waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^Carry on /);

    await line.getByRole('button', { name: /^Correct the line/ }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('All of it is other.');
    await page.keyboard.press('Enter');
    expect((await line.locator('.text').textContent())?.trim()).toBe('All of it is other.');
    await line.getByText('Corrected').click();
    await line.getByRole('button', { name: 'Restore' }).click();
    expect((await line.locator('.text').textContent())?.trim()).toBe(heard);
  });

  test('is not discarded without a question', async () => {
    const { page } = await openPage(server.url);
    await drop(page, CLIP);
    await page.locator('transcript-line').first().waitFor();
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('dialog', { name: 'Begin a new transcript?' }).waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await page.locator('transcript-line').count()).toBeGreaterThan(0);

    const asked = page.waitForEvent('dialog');
    const left = page.reload().catch(() => undefined);
    const question = await asked;
    expect(question.type()).toBe('beforeunload');
    await question.accept();
    await left;
    await page.getByText('Speak, and the words appear here').waitFor();
  });

  test('is kept in the browser only on request, and can be deleted from it', async () => {
    const { page } = await openPage(server.url);
    const stored = (): Promise<string> => page.evaluate(() => JSON.stringify(localStorage));
    await drop(page, CLIP);
    await page.locator('transcript-line').first().waitFor();
    expect(await stored()).not.toContain('potassium');

    await page.getByLabel('Keep this transcript in this browser').check();
    expect(await stored()).toContain('potassium');
    await page.reload();
    await page.locator('transcript-line').first().waitFor();
    await page.getByRole('button', { name: 'Delete what is kept' }).click();
    expect(await stored()).not.toContain('potassium');
  });

  test('cannot be made from a file without sound, which is reported', async () => {
    const { page } = await openPage(server.url);
    await page.locator('#file').setInputFiles({
      name: 'notes.wav',
      mimeType: 'audio/wav',
      buffer: Buffer.from('this is no recording'),
    });
    await page
      .getByRole('alert')
      .filter({ hasText: /recording/ })
      .waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await page.getByText('notes.wav').count()).toBe(0);
  });

  test('of a file can be cancelled', async () => {
    const { page } = await openPage(server.url);
    await page.locator('#file').setInputFiles(clipPath('medical/MSK0001-opening.flac'));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
    expect(await page.locator('transcript-line').count()).toBe(0);
  });
});

async function drop(page: Page, clip: string): Promise<void> {
  const content = readFileSync(clipPath(clip)).toString('base64');
  const transfer = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'visit.flac', { type: 'audio/flac' }));
    return data;
  }, content);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.getByText('Drop the recording to transcribe it').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

async function text(page: Page): Promise<string> {
  return (await page.locator('transcript-line .text').allTextContents()).join(' ').trim();
}
