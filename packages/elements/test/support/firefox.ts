import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import puppeteer, { type ElementHandle, type Page } from 'puppeteer-core';
import { onTestFinished } from 'vitest';

/** Where Debian's package firefox-esr puts it, unless `FIREFOX_PATH` names another. */
const path = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr';

/** Why there can be no Firefox, or `undefined`. */
export const noFirefox = existsSync(path)
  ? undefined
  : `there is no Firefox at ${path}: install Debian's package firefox-esr, or set FIREFOX_PATH`;

/** A page in a Firefox of its own. */
export interface FirefoxPage {
  readonly page: Page;
  /** Everything that the browser complained of: errors, and breaches of the Content-Security-Policy. */
  readonly complaints: readonly string[];
}

interface FirefoxOptions {
  /** WAV file that the microphone hears once each time it is opened, and then silence; a tone if absent. */
  readonly speech?: string;
  /** Whether the page may use the microphone. */
  readonly allowed?: boolean;
  /** Size of the page; 1280 by 800 if absent. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Of the browser's surface and of `navigator.languages`, such as `de`. */
  readonly language?: string;
  readonly isDark?: boolean;
}

/** Opens `url` in Firefox without a window; the browser is closed when the test ends. */
export async function openInFirefox(url: string, options: FirefoxOptions = {}): Promise<FirefoxPage> {
  const { speech, viewport = { width: 1280, height: 800 } } = options;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath: path,
    headless: true,
    defaultViewport: viewport,
    extraPrefsFirefox: preferences(options),
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  // Shorter than the limits of tests, so that what a page waits for in vain is named.
  page.setDefaultTimeout(150_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (line) => {
    if (['error', 'warn'].includes(line.type())) complaints.push(line.text());
  });
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.evaluateOnNewDocument(tellBreaches);
  if (speech !== undefined)
    await page.evaluateOnNewDocument(hearInstead, (await readFile(speech)).toString('base64'));
  await page.goto(url);
  return { page, complaints };
}

/** Presses the button of that name, in whatever shadow root it is, as soon as it is there and can be pressed. */
export async function pressButton(page: Page, name: string): Promise<void> {
  const button = await page.waitForFunction(
    (wanted: string) => {
      const inRoot = (root: ParentNode): HTMLButtonElement | undefined => {
        for (const element of root.querySelectorAll('*')) {
          const called = (element.getAttribute('aria-label') ?? element.textContent).trim();
          if (element instanceof HTMLButtonElement && called === wanted && !element.disabled) return element;
          const inside = element.shadowRoot && inRoot(element.shadowRoot);
          if (inside) return inside;
        }
        return undefined;
      };
      return inRoot(document);
    },
    {},
    name,
  );
  await (button.asElement() as ElementHandle | null)?.click();
}

/**
 * Waits until elements of this selector, in whatever shadow roots they are, show a text, and returns what each of them shows.
 * A selector does not reach from one root into another.
 */
export async function textsOf(page: Page, selector: string): Promise<readonly string[]> {
  const texts = await page.waitForFunction(
    (wanted: string) => {
      const found: string[] = [];
      const search = (root: ParentNode): void => {
        for (const element of root.querySelectorAll('*')) {
          if (element.matches(wanted)) found.push(element.textContent.trim());
          if (element.shadowRoot) search(element.shadowRoot);
        }
      };
      search(document);
      return found.some((text) => text !== '') ? found : undefined;
    },
    {},
    selector,
  );
  return (await texts.jsonValue()) ?? [];
}

function preferences({ allowed = true, language, isDark }: FirefoxOptions): Record<string, unknown> {
  return {
    // A microphone that plays a tone, and that pages may use without asking.
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': allowed,
    ...(allowed ? {} : { 'permissions.default.microphone': 2 }),
    // Without a sound card, nothing else would drive the audio engine.
    'media.cubeb.force_mock_context': true,
    // The clip is played without anybody having pressed something.
    'media.autoplay.default': 0,
    'media.autoplay.blocking_policy': 0,
    ...(language === undefined ? {} : { 'intl.accept_languages': language }),
    ...(isDark === undefined ? {} : { 'layout.css.prefers-color-scheme.content-override': isDark ? 0 : 1 }),
  };
}

/** In the page: reports what its policy forbids. */
function tellBreaches(): void {
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    (globalThis as unknown as { complain: (text: string) => void }).complain(
      `${violatedDirective}: ${blockedURI}`,
    );
  });
}

/** In the page: each microphone that it opens plays a file, since Firefox's own fake one cannot. */
function hearInstead(wave: string): void {
  // Pages that are not secure have no microphones.
  if (!('mediaDevices' in navigator)) return;
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const bytes = Uint8Array.from(atob(wave), (letter) => letter.charCodeAt(0));
    const speech = context.createBufferSource();
    speech.buffer = await context.decodeAudioData(bytes.buffer);
    const destination = context.createMediaStreamDestination();
    speech.connect(destination);
    await context.resume();
    speech.start();
    return destination.stream;
  };
}
