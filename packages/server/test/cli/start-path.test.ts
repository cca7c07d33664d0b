import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Writes the address of every module that is imported to standard error. */
const TELL = inUrl(`
  import { writeSync } from 'node:fs';
  export function load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); }
`);

/** Puts an HTTP server together, and writes the path of every CommonJS module that it took. */
const PUT_TOGETHER = `
  import { createRequire } from 'node:module';
  const { createHttpServer } = await import(${JSON.stringify(built('http/server.js'))});
  const { loadConfig } = await import(${JSON.stringify(built('config/load-config.js'))});
  const config = loadConfig({ flags: {}, environment: {} });
  await createHttpServer({ config, log: {}, origins: {}, guard: {}, version: '1.0.0', onRoute() {} });
  console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));
`;

function built(path: string): string {
  return new URL(`../../dist/${path}`, import.meta.url).href;
}

const REGISTER = inUrl(`import { register } from 'node:module'; register(${JSON.stringify(TELL)});`);

function inUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

test('a server starts without what only other commands, or settings that few have, need', async () => {
  // Help about `serve` imports what running it imports at once.
  const { stderr } = await promisify(execFile)(process.execPath, [
    '--import',
    REGISTER,
    MAIN,
    'serve',
    '--help',
  ]);
  const modules = stderr.split('\n').filter((line) => line.startsWith('file:'));
  const packages = new Set(
    modules.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []),
  );
  expect([...packages]).toEqual(expect.arrayContaining(['fastify', 'kysely']));
  const unwanted = [
    ...['undici', 'tar-stream', 'pkijs', 'asn1js', 'pg', 'cli-progress', 'protobufjs'],
    ...[
      '@nats-io/transport-node',
      '@nats-io/jetstream',
      '@huggingface/tokenizers',
      'mpg123-decoder',
      'ogg-opus-decoder',
      '@wasm-audio-decoders/flac',
    ],
  ];
  expect(unwanted.filter((name) => packages.has(name))).toEqual([]);
  const commands = modules.flatMap((url) => /\/cli\/([^/]+)\.js$/.exec(url)?.[1] ?? []);
  expect(commands.sort()).toEqual(['failure-line', 'main', 'serve', 'setting-options']);
});

test('an HTTP server is put together without compilers of schemas that it does not use', async () => {
  const program = ['--input-type=module', '--eval', PUT_TOGETHER];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  expect(stdout).toContain('node_modules/fastify/');
  expect(stdout).not.toMatch(/node_modules\/(?:@fastify\/ajv-compiler|ajv|fast-json-stringify\/index)/);
});
