// Bundles the SDK for pages that load it as it is: node build.mjs [folder]. The folder is dist/browser by default.
// Reads the TypeScript sources, so nothing has to be built before.
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const dir = process.argv[2] ?? `${here}dist/browser`;

for (const name of ['index', 'capture-worklet']) {
  await build({
    input: `${here}src/${name}.ts`,
    platform: 'browser',
    logLevel: 'warn',
    output: {
      dir,
      entryFileNames: `${name}.js`,
      format: 'esm',
      minify: true,
      comments: { annotation: false },
    },
  });
}
