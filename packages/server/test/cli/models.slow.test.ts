import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listModels } from '@auscult/asr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHub, type Hub } from '../../../asr/test/models/store/hub.js';
import { ENCODER, REPOSITORY, REVISION, whisperFiles } from '../../../asr/test/models/store/store-fixture.js';
import { until } from '../support/until.js';
import { runCli, type CliOutcome } from './run-cli.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

describe('auscult models', () => {
  it.each(['list', 'pull', 'verify', 'remove', 'export', 'import'])(
    '%s explains itself with examples',
    async (name) => {
      const { status, stdout } = await runCli(['models', name, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain('Examples:\n  auscult models');
      expect(stdout).toContain('--json');
    },
  );

  it('list shows every model with its costs, and the default', async () => {
    const { run } = await makeStore();
    const { status, stdout } = await run(['list']);
    expect(status).toBe(0);
    for (const { name } of await listModels()) expect(stdout).toMatch(new RegExp(`^${name} .*MB.*×`, 'm'));
    expect(stdout).toMatch(/^moonshine-base .* default$/m);
    expect(stdout).toMatch(/^whisper-small +99 languages +252 MB +~\d+ MB +~[\d.]+× +no +MIT$/m);
    expect(stdout).toContain('~ marks what was estimated');
    expect(JSON.parse((await run(['list', '--json'])).stdout)).toEqual(await listModels());
  });

  it('fetches, verifies, carries and removes a model', async () => {
    const { run, directory, bundle } = await makeStore();
    const pulled = await run(['pull', REPOSITORY]);
    const folder = join(directory, 'models', REPOSITORY.replace('/', '--'), REVISION);
    expect(pulled).toMatchObject({ status: 0, stdout: `${REPOSITORY} (int8) is in ${folder}\n` });
    expect(pulled.stderr).toMatch(/^fetching clinic\/small-whisper, \d+ MB$/m);
    expect(await run(['pull', REPOSITORY, '--offline', '--json'])).toMatchObject({ status: 0, stderr: '' });
    expect((await run(['list'])).stdout).toMatch(/^clinic\/small-whisper .*int8/m);

    const verified = await run(['verify', '--json']);
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toContainEqual({
      model: REPOSITORY,
      ok: true,
      computeTypes: ['int8'],
    });
    expect(await run(['export', bundle, REPOSITORY])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${REPOSITORY} (int8)`) as string,
    });

    expect(await run(['remove', REPOSITORY])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('is removed') as string,
    });
    expect(await run(['import', bundle])).toMatchObject({
      status: 0,
      stdout: `${REPOSITORY} (int8) is here\n`,
    });

    await writeFile(join(folder, ENCODER), await readFile(join(folder, 'config.json')));
    const damaged = await run(['verify', REPOSITORY]);
    expect(damaged.status).toBe(1);
    expect(damaged.stdout).toContain(join(folder, ENCODER));
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'a model that nobody knows',
      ['pull', 'whisper-colossal'],
      /^auscult: There is no model 'whisper-colossal'\./,
    ],
    [
      'a repository that is not there',
      ['pull', 'clinic/other'],
      /^auscult: 127\.0\.0\.1:\d+ has no repository clinic\/other\./m,
    ],
    [
      'a compute type that is not published',
      ['pull', REPOSITORY, '--compute-type', 'float16'],
      /Set compute type to int8\.$/m,
    ],
    ['a model that must not be fetched', ['pull', REPOSITORY, '--offline'], /offline nothing is fetched\./],
    [
      'a bundle of nothing that is there',
      ['export', 'x.tar', 'whisper-tiny'],
      /Run `auscult models pull whisper-tiny`/,
    ],
    ['a bundle that is none', ['import', 'package.json'], /The bundle is refused/],
    ['a model that cannot be removed', ['remove', 'moonshine-base'], /installed with the program/],
  ])('refuses %s with status 1 and one line', async (_what, args, line) => {
    const { run } = await makeStore();
    const { status, stdout, stderr } = await run(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('a missing model stops the start of a server, with a remedy', async () => {
    const { run } = await makeStore();
    const { status, stderr } = await run(['--offline', '--model', 'whisper-tiny', '--port', '0'], 'serve');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^auscult: whisper-tiny is not in the model folder .*auscult models pull whisper-tiny/,
    );
  });
});

describe('a server that is stopped while it fetches its model', () => {
  it('exits at once, reports its progress, and leaves no lock', async () => {
    const { hub, directory, environment } = await makeStore();
    hub.faults.set(ENCODER, [{ kind: 'stall', afterBytes: 300_000 }]);
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--model', REPOSITORY], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    await until(() => output.includes('"percent":20'));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output).toContain('"event":"stopped"');
    const left = await readdir(join(directory, 'models'), { recursive: true });
    expect(left.filter((name) => name.endsWith('.part'))).toHaveLength(1);
    expect(left.filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

/** A command line with its own store and hub, which are removed when the test ends. */
async function makeStore() {
  const hub: Hub = await startHub({ repository: REPOSITORY, revision: REVISION, files: whisperFiles() });
  onTestFinished(() => hub.close());
  const directory = await mkdtemp(join(tmpdir(), 'auscult-models-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const environment = {
    AUSCULT_MODEL_DIRECTORY: directory,
    HF_ENDPOINT: hub.endpoint,
    HF_TOKEN: '',
    NO_PROXY: '127.0.0.1',
  };
  const run = (args: readonly string[], command = 'models'): Promise<CliOutcome> =>
    runCli([command, ...args], { environment });
  return { run, hub, directory, environment, bundle: join(directory, 'bundle.tar') };
}
