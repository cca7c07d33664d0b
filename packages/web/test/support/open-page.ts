import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { launchChromium } from './chromium.js';

/** The page in a browser of its own. */
export interface OpenPage {
  readonly page: Page;
  /** Everything that the browser complained of: errors, and breaches of the Content-Security-Policy. */
  readonly complaints: readonly string[];
}

interface PageOptions extends BrowserContextOptions {
  /** WAV file that the microphone hears; beeps if absent. */
  readonly speech?: string;
  /** Whether the file is repeated. */
  readonly repeats?: boolean;
  /** Whether the person allows the microphone. */
  readonly allowed?: boolean;
  /** Prepares the browser before the page is opened. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** What the page shows once it can be used. */
  readonly isReady?: (page: Page) => Locator;
}

/** Opens the page of the server at `url`; the browser is closed when the test ends. */
export async function openPage(url: string, options: PageOptions = {}): Promise<OpenPage> {
  const { speech, repeats = false, allowed = true, ...context } = options;
  const browser = await launchChromium(speech, { repeats, allowed });
  onTestFinished(() => browser.close());
  return openIn(browser, url, { ...(allowed ? { permissions: ['microphone'] } : {}), ...context });
}

async function openIn(
  browser: Browser,
  url: string,
  { prepare, isReady = isUsable, ...options }: PageOptions,
): Promise<OpenPage> {
  // Most tests look for names in English.
  const context = await browser.newContext({ locale: 'en', ...options });
  const page = await context.newPage();
  // Shorter than the limits of tests, so that what a page waits for in vain is named.
  page.setDefaultTimeout(150_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text());
  });
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      (globalThis as unknown as { complain: (text: string) => void }).complain(
        `${violatedDirective}: ${blockedURI}`,
      );
    });
  });
  await prepare?.(page);
  await page.goto(url);
  await isReady(page).waitFor();
  return { page, complaints };
}

function isUsable(page: Page): Locator {
  return page
    .getByRole('button', { name: /^(Start|Log in)$/ })
    .or(page.getByText('This page is for people who transcribe'));
}
