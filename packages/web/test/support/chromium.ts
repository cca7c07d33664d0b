import { existsSync } from 'node:fs';

/** The path of Chromium: where Debian installs it, unless `CHROMIUM_PATH` names another. */
const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** The browser that the tests of the page need; `undefined` if there is none, in which case these tests are skipped. */
export const chromiumPath: string | undefined = existsSync(path) ? path : undefined;

/** Stands behind the names of tests that need it. */
export const needsChromium =
  chromiumPath === undefined
    ? ` (skipped: there is no Chromium at ${path}; install it, or set CHROMIUM_PATH)`
    : '';
