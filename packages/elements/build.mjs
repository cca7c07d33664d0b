// Bundles the elements for pages that load them by a script tag: node build.mjs [folder]. The folder is dist/browser by
// default. Writes auscult-elements.js, which defines the elements, a file for each other language, and the capture worklet
// of the SDK. Reads the TypeScript sources of both packages.
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const client = `${here}../client/src/`;
const dir = process.argv[2] ?? `${here}dist/browser`;

await bundle('auscult-elements', `${here}src/script.ts`);
await bundle('capture-worklet', `${client}capture-worklet.ts`);

/** @param {string} name @param {string} input */
async function bundle(name, input) {
  await build({
    input,
    platform: 'browser',
    logLevel: 'warn',
    resolve: { alias: { '@auscult/client': `${client}index.ts` } },
    output: {
      dir,
      entryFileNames: `${name}.js`,
      chunkFileNames: '[name].js',
      format: 'esm',
      minify: true,
      comments: { annotation: false },
    },
  });
}
