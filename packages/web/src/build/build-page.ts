import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageDirectory } from '../index.js';
import { clientFolder } from './client-folder.js';
import { compressFolder } from './compress-folder.js';
import { fingerprint, isBuiltFrom, STAMP } from './fingerprint.js';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles `src/page` and `src/console` into {@link pageDirectory}, adds the SDK's own build for other pages in `client`, and
 * writes compressed copies beside all files. If nothing has changed since the last time, it does nothing, and does not even load the bundler.
 */
export async function buildPage(): Promise<void> {
  const inputs = fingerprint(packageFolder);
  if (isBuiltFrom(pageDirectory, inputs)) return;
  // Written to a new folder, since a server may be answering from the old one meanwhile.
  const fresh = `${pageDirectory}-${String(process.pid)}`;
  try {
    mkdirSync(fresh, { recursive: true });
    await bundle('src/page', fresh);
    // Beside the page, so that both find their files and the API at the same relative addresses.
    await bundle('src/console', fresh, 'console.html');
    bundleClient(join(fresh, 'client'));
    await compressFolder(fresh);
    writeFileSync(join(fresh, STAMP), inputs);
    rmSync(pageDirectory, { recursive: true, force: true });
    renameSync(fresh, pageDirectory);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The SDK for other pages, which the server offers too. */
function bundleClient(folder: string): void {
  execFileSync(process.execPath, [join(clientFolder(), 'build.mjs'), folder], { stdio: 'inherit' });
}

async function bundle(source: string, outDir: string, html = 'index.html'): Promise<void> {
  const { build } = await import('vite');
  const root = join(packageFolder, source);
  await build({
    configFile: false,
    root,
    // Relative, so that the page works under any path of a proxy.
    base: './',
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: false,
      rolldownOptions: { input: join(root, html) },
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // Only the Word export exceeds the usual limit, and it is loaded only when somebody asks for it.
      chunkSizeWarningLimit: 1000,
    },
  });
}
