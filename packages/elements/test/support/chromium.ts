import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Debian puts it, unless `CHROMIUM_PATH` names another. */
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Why there can be no browser, or `undefined`. */
export const noChromium = existsSync(executablePath)
  ? undefined
  : `there is no Chromium at ${executablePath}: install Debian's package chromium, or set CHROMIUM_PATH`;

/** Starts a browser whose microphone hears a WAVE file once, or beeps. */
export function launchChromium(microphone?: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // Chromium refuses to sandbox itself for root, which tests may run as.
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}%noloop`]),
    ],
  });
}
