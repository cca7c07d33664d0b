import { chromium } from 'playwright-core';
import { distribution, type Distribution } from '../measure/distribution.js';

/** What the first page of the console costs in a browser that has nothing of it yet. */
export interface ConsolePageResults {
  /** All bytes transferred, headers and the list of sessions included. */
  readonly loadBytes: number;
  readonly requests: number;
  /** Sessions that the first page shows. */
  readonly rows: number;
  readonly firstPaint: Distribution | undefined;
  /** From navigation until the sessions are shown and a press of a key or button is answered, seconds. */
  readonly interactive: Distribution | undefined;
  /** The longest task of the main thread, seconds; 0 if none took over 50 ms. */
  readonly longestTask: number;
}

/** Somebody who can log in. */
export interface ConsolePerson {
  readonly name: string;
  readonly password: string;
}

/** Opens the console several times, each with a browser of its own. */
export async function measureConsolePage(
  url: string,
  person: ConsolePerson,
  { chromium: executablePath, loads }: { readonly chromium: string; readonly loads: number },
): Promise<ConsolePageResults> {
  const cookie = await logIn(url, person);
  const measured: Load[] = [];
  for (let load = 0; load < loads; load++) measured.push(await measureLoad(url, cookie, executablePath));
  return {
    loadBytes: Math.max(...measured.map(({ bytes }) => bytes)),
    requests: Math.max(...measured.map(({ requests }) => requests)),
    rows: Math.min(...measured.map(({ rows }) => rows)),
    firstPaint: distribution(measured.map(({ firstPaint }) => firstPaint)),
    interactive: distribution(measured.map(({ interactive }) => interactive)),
    longestTask: Math.max(...measured.map(({ longestTask }) => longestTask)),
  };
}

interface Cookie {
  readonly name: string;
  readonly value: string;
}

async function logIn(url: string, person: ConsolePerson): Promise<Cookie> {
  const response = await fetch(`${url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  const [pair = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  const at = pair.indexOf('=');
  if (!response.ok || at < 0) throw new Error(`the login was answered with ${String(response.status)}`);
  return { name: pair.slice(0, at), value: pair.slice(at + 1) };
}

interface Load {
  readonly bytes: number;
  readonly requests: number;
  readonly rows: number;
  readonly firstPaint: number;
  readonly interactive: number;
  readonly longestTask: number;
}

async function measureLoad(url: string, cookie: Cookie, executablePath: string): Promise<Load> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const context = await browser.newContext({ locale: 'en' });
    await context.addCookies([{ ...cookie, url }]);
    const page = await context.newPage();
    await page.addInitScript(watchTasks);
    await page.goto(`${url}/console#sessions`);
    const table = page.getByRole('table', { name: 'Sessions' });
    await table.waitFor();
    // A task that is asked for now runs once the main thread has nothing left from loading.
    const interactive = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          requestAnimationFrame(() =>
            setTimeout(() => {
              resolve(performance.now() / 1000);
            }),
          );
        }),
    );
    const rows = (await table.getByRole('row').count()) - 1;
    return { ...(await page.evaluate(takeLoad)), rows, interactive };
  } finally {
    await browser.close();
  }
}

type Scope = typeof globalThis & { longestTask: number };

/** Runs in the page before its own code: notes how long its longest task takes. */
function watchTasks(): void {
  const scope = globalThis as Scope;
  scope.longestTask = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) scope.longestTask = Math.max(scope.longestTask, duration);
  }).observe({ type: 'longtask', buffered: true });
}

/** Runs in the page: what it has loaded. */
function takeLoad(): Omit<Load, 'rows' | 'interactive'> {
  const files = [
    ...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource'),
  ] as PerformanceResourceTiming[];
  const paint = performance.getEntriesByName('first-contentful-paint').at(0)?.startTime ?? Number.NaN;
  return {
    bytes: files.reduce((sum, { transferSize }) => sum + transferSize, 0),
    requests: files.length,
    firstPaint: paint / 1000,
    longestTask: (globalThis as Scope).longestTask / 1000,
  };
}
