import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Pages with the elements, on loopback, under a strict Content-Security-Policy. */
export interface ElementPages {
  /** The address of a page with this body, or of this whole page if it begins with `<!doctype`. `server`: what else it may connect to. */
  readonly urlOf: (html: string, server?: string) => string;
  /** The folder of the built elements. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

const BUILD = fileURLToPath(new URL('../../build.mjs', import.meta.url));

/** Builds the elements and serves them below `/elements/`. `server`: what else pages may connect to. */
export async function serveElements(server = ''): Promise<ElementPages> {
  const folder = await mkdtemp(join(tmpdir(), 'auscult-elements-'));
  await promisify(execFile)(process.execPath, [BUILD, folder]);
  const pages: { readonly html: string; readonly connect: string }[] = [];
  const http = createServer((request, response) => {
    const [, file] = /^\/elements\/([\w-]+\.js)$/.exec(request.url ?? '') ?? [];
    if (file === undefined) {
      const { html = '', connect = '' } = pages[Number(request.url?.slice(1))] ?? {};
      response.writeHead(200, {
        'content-type': 'text/html',
        'content-security-policy': `default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; connect-src 'self' ${connect}`,
      });
      response.end(html);
      return;
    }
    readFile(join(folder, file)).then(
      (script) => {
        response.writeHead(200, { 'content-type': 'text/javascript' });
        response.end(script);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    urlOf: (html, besides = server) => {
      const page = html.startsWith('<!doctype') ? html : pageWith(html);
      return `${url}/${pages.push({ html: page, connect: `${besides} ${besides.replace('http', 'ws')}` }) - 1}`;
    },
    folder,
    stop: async () => {
      http.closeAllConnections();
      http.close();
      await rm(folder, { recursive: true });
    },
  };
}

function pageWith(body: string): string {
  return `<!doctype html><html lang="en"><title>Test</title>${body}<script type="module" src="/elements/auscult-elements.js"></script></html>`;
}
