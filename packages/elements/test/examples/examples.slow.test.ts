import type { Browser, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, noChromium } from '../../../web/test/support/chromium.js';
import { urlOfExample } from '../support/example-page.js';
import { spokenPages } from '../support/spoken-pages.js';

/** On a busy machine, a microphone loses sound, so the sentence is said again. */
const CLIP = 'dictation/joe_s002';
const SAID = /potassium in (two|2) weeks/i;

describe.skipIf(noChromium !== undefined)(
  `dictating into the examples${noChromium ? `: ${noChromium}` : ''}`,
  { timeout: 180_000 },
  () => {
    const spoken = spokenPages([CLIP, CLIP, CLIP], 60);

    test('plain.html writes into the field that has the focus, and shows what was heard', async () => {
      const { page, complaints, close } = await open('plain.html');
      onTestFinished(close);
      await page.getByLabel('Note').focus();
      await dictate(page);
      await page.locator('auscult-transcript [part~=text]').first().waitFor();
      expect(await page.getByLabel('Note').inputValue()).toMatch(SAID);
      expect(await page.getByLabel('Reason').inputValue()).toBe('');
      expect(complaints).toEqual([]);
    });

    test('react-form.tsx has in its state what stands in its field, with what is typed meanwhile', async () => {
      const { page, complaints, close } = await open('react.html', 'react-form.tsx');
      onTestFinished(close);
      const note = page.getByLabel('Note');
      await note.fill('Typed: ');
      await note.focus();
      let typed = 0;
      await dictate(page, async () => {
        await note.press('#');
        typed++;
      });
      const text = await note.inputValue();
      expect(await page.locator('output').textContent()).toBe(text);
      expect(text.match(/#/g)).toHaveLength(typed);
      expect(text).toMatch(/^Typed: /);
      expect(text.replaceAll('#', '')).toMatch(SAID);
      expect(complaints).toEqual([]);
    });

    test('prosemirror-note.ts has in its document what stands in its editor', async () => {
      const { page, complaints, close } = await open('prosemirror.html', 'prosemirror-note.ts');
      onTestFinished(close);
      await page.getByRole('textbox', { name: 'Note' }).click();
      await dictate(page);
      const text = (await page.getByRole('textbox', { name: 'Note' }).textContent()) ?? '';
      expect(text).toMatch(SAID);
      await expect.poll(() => page.locator('output').textContent()).toBe(text);
      expect(complaints).toEqual([]);
    });

    async function open(...files: readonly [html: string, script?: string]): Promise<{
      readonly page: Page;
      readonly complaints: readonly string[];
      readonly close: () => Promise<void>;
    }> {
      const { server, pages, speech } = spoken();
      const browser: Browser = await launchChromium(speech.path);
      const page = await browser.newPage();
      // Shorter than the limit of tests, so that what a page waits for in vain is named.
      page.setDefaultTimeout(150_000);
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text());
      });
      await page.goto(await urlOfExample(pages, server.url, ...files));
      return { page, complaints, close: () => browser.close() };
    }
  },
);

/** Dictates until a sentence was written; `meanwhile` happens again and again until then. */
async function dictate(page: Page, meanwhile?: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    document.body.addEventListener('auscult-final', ({ detail }) => {
      if (/weeks/i.test(detail.segment.text)) document.documentElement.dataset['said'] = 'all';
    });
  });
  await page.locator('auscult-dictation [part=button]').click();
  await page.locator('auscult-dictation').getByText('Listening.').waitFor();
  const isSaid = page.locator('html[data-said]').waitFor({ state: 'attached' });
  const progress = { isOver: false };
  void isSaid.finally(() => (progress.isOver = true)).catch(() => undefined);
  while (meanwhile && !progress.isOver) await meanwhile();
  await isSaid;
  await page.locator('auscult-dictation [part=button]').click();
  await page.locator('auscult-dictation').getByText('Stopped.').waitFor();
}
