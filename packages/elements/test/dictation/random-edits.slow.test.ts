import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launchChromium, noChromium } from '../../../web/test/support/chromium.js';
import { serveElements, type ElementPages } from '../support/element-page.js';
import { scriptDictation } from '../support/scripted-dictation.js';
import { editAtRandom } from './random-edits.js';

/** Edits of each field, of which there are two: `ELEMENT_EDITS=10000` for more. */
const EDITS = Number(process.env['ELEMENT_EDITS'] ?? 500);

describe.skipIf(noChromium !== undefined)(
  `edits at random while finals arrive${noChromium ? `: ${noChromium}` : ''}`,
  { timeout: 60_000 + EDITS * 200 },
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

    test.concurrent.each([
      ['a textarea', '<textarea id="note"></textarea>'],
      ['an editable element', '<div id="note" contenteditable></div>'],
    ])('lose and double no character of %s', async (_, field) => {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      await page.goto(pages.urlOf(`${field}<auscult-dictation for="note"></auscult-dictation>`));
      await scriptDictation(page);
      await editAtRandom(page, EDITS);
      expect(complaints).toEqual([]);
    });
  },
);
