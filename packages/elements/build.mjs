// Bundles the elements for pages that load them by a script tag: node build.mjs [folder]. The folder is dist/browser by
// default. Writes auscult-elements.js, which defines the elements, a file for each other language, and the capture worklet
// of the SDK. Reads the TypeScript sources of both packages. What is loaded at first stays below 30 kB, compressed: what
// only some need is a file of its own, and the SDK's recording by MediaRecorder, for pages without worklets, is left out.
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const client = `${here}../client/src/`;
const dir = process.argv[2] ?? `${here}dist/browser`;

await bundle('auscult-elements', `${here}src/script.ts`);
await bundle('capture-worklet', `${client}capture-worklet.ts`);

/** Modules of the SDK that are left out, and what stands in their place. */
function withoutRecorder() {
  const stubs = {
    'sources/recorder-source.ts':
      "import { invalidOptions } from '../problem.js'; export function createRecorderSource() { throw invalidOptions('The elements cannot record like that: leave capture out.'); }",
    'recorded/recorded-transfer.ts': 'export const createRecordedTransfer = undefined;',
  };
  return {
    name: 'without-recorder',
    /** @param {string} id */
    load: (id) => Object.entries(stubs).find(([path]) => id.endsWith(`/client/src/${path}`))?.[1],
  };
}

/** @param {string} name @param {string} input */
async function bundle(name, input) {
  await build({
    input,
    platform: 'browser',
    logLevel: 'warn',
    plugins: [withoutRecorder()],
    // One file for a page that needs nothing else: what others share with it is in it.
    preserveEntrySignatures: 'allow-extension',
    resolve: {
      alias: {
        '@auscult/client/templates': `${client}templates/parse-template.ts`,
        '@auscult/client': `${client}index.ts`,
      },
    },
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
