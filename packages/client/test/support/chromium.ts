import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { buildForBrowsers } from './browser-build.js';

declare global {
  interface Window {
    /** The module `/client/index.js`. */
    sdk: typeof import('../../src/index.js');
  }
}

const PAGE = '<!doctype html><title>Test</title><script type="module" src="/sdk-on-window.js"></script>';
const SCRIPT = "import * as sdk from '/client/index.js'; window.sdk = sdk;";

/** Where Debian puts it. */
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Why there can be no browser, or `undefined`. */
export const noChromium = existsSync(executablePath)
  ? undefined
  : `there is no Chromium at ${executablePath}: install Debian's package chromium, or set CHROMIUM_PATH`;

interface PageOptions {
  /** A WAVE file that the fake microphones hear, once. */
  readonly microphone?: string;
  /** Whether the person is asked, and says no. */
  readonly denies?: boolean;
  /** Where the page may connect to. */
  readonly server: string;
  readonly html?: string;
  /** Of the page, and what follows it. */
  readonly path?: string;
  readonly inlineScripts?: boolean;
  /** Whether the server may have a certificate that no authority signed. */
  readonly trustsEveryCertificate?: boolean;
}

/** Opens a page that may load the SDK from `/client/index.js`, under a strict Content-Security-Policy. */
export async function openPage({
  microphone,
  denies = false,
  server,
  html = PAGE,
  path = '/',
  inlineScripts = false,
  trustsEveryCertificate = false,
}: PageOptions): Promise<Page> {
  const url = await serve(html, server, inlineScripts);
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      ...(trustsEveryCertificate ? ['--ignore-certificate-errors'] : []),
      ...(denies ? [] : ['--use-fake-ui-for-media-stream']),
      ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}%noloop`]),
    ],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url + path);
  return page;
}

/** Serves one page and the SDK, on loopback. */
async function serve(html: string, server: string, inlineScripts: boolean): Promise<string> {
  const folder = await buildForBrowsers();
  const csp = `default-src 'none'; script-src 'self'${inlineScripts ? " 'unsafe-inline'" : ''}; connect-src 'self' ${server} ${server.replace('http', 'ws')}`;
  const http = createServer((request, response) => {
    const name = /^\/client\/(index|capture-worklet)\.js$/.exec(request.url ?? '')?.[1];
    if (request.url === '/sdk-on-window.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end(SCRIPT);
      return;
    }
    if (name === undefined) {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': csp });
      response.end(html);
      return;
    }
    void readFile(join(folder, `${name}.js`)).then((script) => {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end(script);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}
