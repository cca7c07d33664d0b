import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { ElementPages } from './element-page.js';

const EXAMPLES = new URL('../../examples/', import.meta.url);
/** What the examples have in place of the address of a server. */
const PLACEHOLDER = 'https://auscult.example';

/** The address of an example whose server is this one; `script` is bundled for it. */
export async function urlOfExample(
  pages: ElementPages,
  server: string,
  html: string,
  script?: string,
): Promise<string> {
  const withServer = (text: string): string =>
    text
      .replaceAll(PLACEHOLDER, server)
      .replaceAll(PLACEHOLDER.replace('http', 'ws'), server.replace('http', 'ws'));
  if (script !== undefined) {
    const bundle = await rolldown({
      input: fileURLToPath(new URL(script, EXAMPLES)),
      platform: 'browser',
      logLevel: 'warn',
      transform: { define: { 'process.env.NODE_ENV': "'production'" } },
      plugins: [{ name: 'with-server', transform: (code) => withServer(code) }],
    });
    await bundle.write({ dir: pages.folder, format: 'esm', chunkFileNames: '[name]-[hash].js' });
    await bundle.close();
  }
  return pages.urlOf(withServer(await readFile(new URL(html, EXAMPLES), 'utf8')));
}
