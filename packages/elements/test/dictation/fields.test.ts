import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, noChromium } from '../support/chromium.js';
import { serveElements, type ElementPages } from '../support/element-page.js';
import { sayFinal, sayPartial, scriptDictation } from '../support/scripted-dictation.js';

describe.skipIf(noChromium !== undefined)(
  `dictation into the fields of a page${noChromium ? `: ${noChromium}` : ''}`,
  () => {
    let browser: Browser;
    let pages: ElementPages;

    beforeAll(async () => {
      pages = await serveElements();
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser.close();
      await pages.stop();
    });

    async function open(html: string): Promise<Page> {
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text());
      });
      onTestFinished(() => expect(complaints).toEqual([]));
      await page.goto(pages.urlOf(html));
      await scriptDictation(page);
      return page;
    }

    test.each([
      ['a textarea', '<textarea id="note"></textarea>'],
      ['an input', '<input id="note">'],
      ['an editable element', '<div id="note" contenteditable></div>'],
    ])('writes into %s at the caret, and the browser takes it back', async (_, field) => {
      const page = await open(`${field}<auscult-dictation for="note"></auscult-dictation>`);
      await page.locator('#note').focus();
      await page.keyboard.type('Seen today.');
      await sayPartial(page, 'no', 0);
      await sayPartial(page, 'no fever', 0);
      expect(await textOf(page)).toBe('Seen today.');
      await page.locator('[part=provisional]', { hasText: 'No fever' }).waitFor();
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      expect(await textOf(page)).toBe('Seen today. No fever.');
      await page.keyboard.type(' ok');
      expect(await textOf(page)).toBe('Seen today. No fever. ok');
      await page.keyboard.press('Control+Z');
      await page.keyboard.press('Control+Z');
      expect(await textOf(page)).toBe('Seen today.');
    });
  },
);

/** The text of the field `note`. */
function textOf(page: Page): Promise<string> {
  return page
    .locator('#note')
    .evaluate((field) =>
      field instanceof HTMLElement && field.isContentEditable
        ? field.innerText
        : (field as HTMLInputElement).value,
    );
}
