import type { BrowserContextOptions, Page } from 'playwright-core';
import type { ConsoleServer, Somebody } from './console-server.js';
import { openPage, type OpenPage } from './open-page.js';

/** An answer of the server to the console. */
export interface Carried {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** The console of somebody who is logged in. */
export interface OpenConsole extends OpenPage {
  /** Everything that the network has carried so far, files of the console aside. */
  readonly carried: () => Promise<readonly Carried[]>;
}

/** Opens the console, at a place of it if one is given. */
export async function openConsole(
  server: ConsoleServer,
  { cookie }: Somebody,
  { place = '', ...options }: BrowserContextOptions & { readonly place?: string } = {},
): Promise<OpenConsole> {
  const carried: Promise<Carried>[] = [];
  const prepare = async (page: Page): Promise<void> => {
    const [name = '', value = ''] = cookie.split('=');
    await page.context().addCookies([{ name, value, url: server.url }]);
    page.on('response', (response) => {
      const { pathname, search } = new URL(response.url());
      if (!pathname.startsWith('/api/')) return;
      const about = {
        method: response.request().method(),
        path: pathname + search,
        status: response.status(),
      };
      carried.push(
        response
          .text()
          .catch(() => '')
          .then((body) => ({ ...about, body })),
      );
    });
  };
  const opened = await openPage(`${server.url}/console${place}`, {
    reducedMotion: 'reduce',
    ...options,
    prepare,
    isReady: (page) => page.getByRole('heading', { level: 2 }).first(),
  });
  return { ...opened, carried: () => Promise.all(carried) };
}
