import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ownEnvironment } from '../support/real-server.js';
import { spawnOwned } from '../support/spawn-owned.js';
import { until } from '../support/until.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const run = promisify(execFile);

const COMPILED = String.raw`dist/(?!reference/|build/|bundle/)([\w-]+/)*[\w-]+(\.d\.ts|\.js)`;
const ABOUT = 'package\\.json|README\\.md|CHANGELOG\\.md|LICENSE';

/** What each package may hold, as patterns of whole paths. Tests, sources and maps are in none. */
const PACKAGES: Readonly<Record<string, string>> = {
  asr: `${ABOUT}|NOTICE\\.md|${COMPILED}|lexicon/[\\w-]+\\.(tsv|txt)|speakers/ge2e(\\.onnx|-mean-voice\\.json)`,
  client: `${ABOUT}|${COMPILED}`,
  elements: `${ABOUT}|custom-elements\\.json|${COMPILED}`,
  onnxruntime: `${ABOUT}|index\\.(js|d\\.ts)|dist/lib/[\\w.]+\\.js(on)?|dist/bin/napi-v6/linux/[\\w]+/(libonnxruntime\\.so\\.1|onnxruntime_binding\\.node)`,
  protocol: `${ABOUT}|${COMPILED}`,
  server: `${ABOUT}|NOTICE\\.md|sbom\\.cdx\\.json|${COMPILED}|assets/self-test\\.flac|deploy/(?!secrets|image)[\\w./@-]+|docs/[\\w./-]+\\.(md|json)`,
  web: `${ABOUT}|dist/index\\.(js|d\\.ts)|dist/page/((index|console)\\.html|(assets|client|elements)/[\\w-]+\\.(js|css|svg))(\\.br|\\.gz)?`,
  weights: `${ABOUT}|dist/moonshine/base/\\w+\\.onnx|dist/silero/silero_vad_v6\\.onnx`,
};

/** Of all files of an installation on Linux x64; `docs/operations.md` promises it. */
const MOST_BYTES = 250e6;

/** npm tells so that the registry cannot be reached. */
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

const packed = z.array(
  z.object({ name: z.string(), filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
);

let folder: string;
let tarballs: z.output<typeof packed>;
let isInstalled = false;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auscult-installed-'));
  const workspaces = Object.keys(PACKAGES).flatMap((name) => ['--workspace', `packages/${name}`]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, ...workspaces], {
    cwd: ROOT,
    maxBuffer: 1 << 26,
  });
  const json: unknown = JSON.parse(stdout);
  tarballs = packed.parse(Array.isArray(json) ? json : Object.values(json as object));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const files = tarballs.map(({ filename }) => `./${filename}`);
  const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries', '0'];
  try {
    await run('npm', ['install', ...flags, ...files], { cwd: folder });
    isInstalled = true;
  } catch (error) {
    if (!NO_REGISTRY.test(String((error as { readonly stderr?: string }).stderr))) throw error;
  }
  return () => {
    rmSync(folder, { recursive: true });
  };
}, 600_000);

describe('a packed package', () => {
  test.each(Object.entries(PACKAGES))('%s holds what it may and nothing else', (name, allowed) => {
    const tarball = tarballs.find((one) => one.name === `@auscult/${name}`);
    const paths = tarball?.files.map(({ path }) => path) ?? [];
    const pattern = new RegExp(`^(${allowed})$`);
    expect(paths.filter((path) => !pattern.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
  });

  test('runs nothing when it is installed', () => {
    for (const name of Object.keys(PACKAGES)) {
      const manifest = JSON.parse(
        readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'),
      ) as Manifest;
      expect(manifest.publishConfig, name).toEqual({ access: 'public', provenance: true });
      expect(Object.keys(manifest.scripts ?? {}).filter((script) => /install|prepare/.test(script))).toEqual(
        [],
      );
    }
  });
});

interface Manifest {
  readonly publishConfig?: unknown;
  readonly scripts?: object;
}

describe('an installation from packed packages alone', () => {
  test('has no more than its size, and is named whole by the bill of materials', ({ skip }) => {
    skip(!isInstalled, 'the registry of npm cannot be reached');
    const files = readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);

    const installed = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
    const bill = readFileSync(join(folder, 'node_modules/@auscult/server/sbom.cdx.json'), 'utf8');
    const missing = [...new Set(installed)].filter(
      (name) => name !== '.bin' && !bill.includes(`pkg:npm/${name.replace('@', '%40')}@`),
    );
    expect(missing).toEqual([]);
  });

  test('has what administrators need: examples of deployments, and a runbook for every alert', ({ skip }) => {
    skip(!isInstalled, 'the registry of npm cannot be reached');
    const server = join(folder, 'node_modules/@auscult/server');
    const rules = readFileSync(join(server, 'deploy/prometheus/rules.yaml'), 'utf8');
    const runbooks = [...rules.matchAll(/runbook: (\S+)/g)].map(([, path = '']) => path);
    expect(runbooks.length).toBeGreaterThan(20);
    expect(runbooks.filter((path) => !existsSync(join(server, path)))).toEqual([]);
    expect(existsSync(join(server, 'deploy/systemd/auscult@.service'))).toBe(true);
  });

  test(
    'transcribes on the command line, and examines its machine',
    { timeout: 240_000 },
    async ({ skip }) => {
      skip(!isInstalled, 'the registry of npm cannot be reached');
      const auscult = async (...args: readonly string[]): Promise<string> => {
        const env = { ...ownEnvironment(), AUSCULT_DATA_DIRECTORY: join(folder, 'data') };
        const program = join(folder, 'node_modules/.bin/auscult');
        // `doctor` may have something to say about a machine that has little to spare.
        const done = await run(program, args, { cwd: folder, env }).catch((error: unknown) => error);
        return (done as { readonly stdout: string }).stdout;
      };
      const clip = join(folder, 'node_modules/@auscult/server/assets/self-test.flac');
      expect((await auscult('transcribe', clip)).toLowerCase()).toContain('disposed young man');
      const { checks } = JSON.parse(await auscult('doctor', '--json', '--port', '0')) as {
        readonly checks: readonly { readonly name: string; readonly state: string }[];
      };
      for (const name of ['node', 'model', 'transcription'])
        expect(checks.find((check) => check.name === name)).toMatchObject({ state: 'ok' });
    },
  );

  test('serves the page, and transcribes what the SDK sends it', { timeout: 300_000 }, async ({ skip }) => {
    skip(!isInstalled, 'the registry of npm cannot be reached');
    skip(process.platform !== 'linux', 'the packages alone are enough on Linux');
    const { url, end } = await serve();
    expect(await (await fetch(url)).text()).toContain('<html');
    writeFileSync(join(folder, 'client.mjs'), CLIENT);
    const { stdout } = await run(process.execPath, ['client.mjs', url], { cwd: folder });
    expect(stdout.toLowerCase()).toContain('disposed young man');
    expect(await end()).toBe(0);
  });
});

/** Streams the clip of `auscult doctor`, and prints what comes back. */
const CLIENT = `
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecording } from '@auscult/asr';
import { createTranscriber } from '@auscult/client';
const server = dirname(dirname(fileURLToPath(import.meta.resolve('@auscult/server'))));
const recording = await openRecording(join(server, 'assets/self-test.flac'));
const transcriber = createTranscriber({ url: process.argv[2] });
await transcriber.start(recording.chunks(), { sampleRate: 16_000 });
console.log((await transcriber.stop()).text);
`;

/** Starts the installed `auscult serve`. */
async function serve() {
  const program = join(folder, 'node_modules/.bin/auscult');
  const flags = ['--port', '0', '--workers', '1', '--log-format', 'json', '--worker-timeout-seconds', '120'];
  const child = spawnOwned([program, 'serve', ...flags], {
    cwd: folder,
    env: { ...ownEnvironment(), AUSCULT_DATA_DIRECTORY: join(folder, 'data') },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await until(() => child.exitCode !== null || (log.includes('"ready"') && log.includes('"listening"')));
  const url = /"url":"([^"]+)"/.exec(log)?.[1];
  if (url === undefined) throw new Error(`the server did not start: ${log}`);
  return {
    url,
    end: async () => {
      child.kill('SIGTERM');
      const [status] = (await once(child, 'exit')) as [number | null];
      return status;
    },
  };
}
