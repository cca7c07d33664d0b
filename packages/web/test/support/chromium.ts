import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** The path of Chromium: where Debian installs it, unless `CHROMIUM_PATH` names another. */
const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** The browser that tests of pages need; `undefined` if there is none, in which case these tests are skipped. */
export const chromiumPath: string | undefined = existsSync(path) ? path : undefined;

/** Why there can be no browser, or `undefined`. */
export const noChromium =
  chromiumPath === undefined
    ? `there is no Chromium at ${path}; install it, or set CHROMIUM_PATH`
    : undefined;

/** Stands behind the names of tests that need it. */
export const needsChromium = noChromium === undefined ? '' : ` (skipped: ${noChromium})`;

interface LaunchOptions {
  /** Whether the speech is repeated. */
  readonly repeats?: boolean;
  /** Whether the person allows the microphone. */
  readonly allowed?: boolean;
}

/** Starts a browser whose microphone hears a WAV file, or beeps if there is none. */
export function launchChromium(
  speech?: string,
  { repeats = false, allowed = true }: LaunchOptions = {},
): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: [
      // Chromium refuses to sandbox itself for root, which tests may run as.
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      ...(allowed ? ['--use-fake-ui-for-media-stream'] : ['--deny-permission-prompts']),
      ...(speech === undefined
        ? []
        : [`--use-file-for-fake-audio-capture=${speech}${repeats ? '' : '%noloop'}`]),
    ],
  });
}
