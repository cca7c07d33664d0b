import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { launchChromium } from '../../../web/test/support/chromium.js';
import { serveElements, type ElementPages } from './element-page.js';
import { scriptDictation } from './scripted-dictation.js';

/** For a `describe`: opens pages with this body whose dictation the test speaks for; nothing may be complained of in them. */
export function dictationPages(): (html: string) => Promise<Page> {
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

  return async (html) => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    onTestFinished(async () => {
      await page.close();
      expect(complaints).toEqual([]);
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => {
      if (line.type() === 'error') complaints.push(line.text());
    });
    await page.goto(pages.urlOf(html));
    await scriptDictation(page);
    return page;
  };
}
