import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { repositoryFolder } from '../../../src/models/store/layout.js';
import { DECODER, ENCODER, filesBelow, makeFixture, REPOSITORY, whisperFiles } from './store-fixture.js';

/** Resolves a model as a server does, and says when it is about to. */
const PROGRAM = `
import { resolveModel } from '@auscult/asr';
const [model, directory] = process.argv.slice(1);
const store = { directory, offline: false, onProgress: ({ kind }) => kind === 'received' || console.log(kind) };
const resolved = await resolveModel(model, { computeType: 'int8', store });
console.log(JSON.stringify(resolved));
`;

describe('several processes', () => {
  test('that ask at once cause one download, and get the same files', async () => {
    const fixture = await makeFixture(whisperFiles().set(DECODER, randomBytes(20_000_000)));
    // The hub delays the first process until the second has started, so that both want the files at the same time.
    fixture.hub.faults.set(ENCODER, [{ kind: 'status', status: 429, headers: { 'retry-after': '3' } }]);
    const outcomes = await Promise.all(
      [1, 2].map(() => resolveInProcess(fixture.hub.endpoint, fixture.directory)),
    );
    const [one, other] = outcomes.map(
      ({ lines }) => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>,
    );
    expect(one).toEqual(other);
    expect(one).toMatchObject({ name: REPOSITORY, family: 'whisper', languages: ['en', 'cy'] });
    expect(fixture.hub.timesAsked(DECODER)).toBe(1);
    expect(fixture.hub.timesAsked('config.json')).toBe(1);
    expect(fixture.hub.timesAsked(ENCODER)).toBe(2);
    expect(outcomes.flatMap(({ lines }) => lines)).toContain('waiting');
  });

  test('of which one is killed let the next go on with what it had fetched', async () => {
    const fixture = await makeFixture(whisperFiles().set(DECODER, randomBytes(20_000_000)));
    fixture.hub.faults.set(DECODER, [{ kind: 'stall', afterBytes: 10_000_000 }]);
    const child = start(fixture.hub.endpoint, fixture.directory);
    await expect
      .poll(() => filesBelow(fixture.directory), { timeout: 30_000 })
      .toContainEqual(expect.stringContaining(`${DECODER}.part`));
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await filesBelow(repositoryFolder(fixture.directory, REPOSITORY))).not.toContainEqual(
      expect.stringMatching(new RegExp(`${DECODER}$`)),
    );

    const { lines } = await resolveInProcess(fixture.hub.endpoint, fixture.directory);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ name: REPOSITORY });
    // It first waited until the lock of the ended process was stale.
    expect(lines[0]).toBe('waiting');
    expect(fixture.hub.timesAsked(ENCODER)).toBe(1);
  });
}, 90_000);

function start(endpoint: string, directory: string) {
  return spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, REPOSITORY, directory], {
    env: { ...process.env, HF_ENDPOINT: endpoint, HF_TOKEN: '', NO_PROXY: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function resolveInProcess(
  endpoint: string,
  directory: string,
): Promise<{ readonly lines: readonly string[] }> {
  const child = start(endpoint, directory);
  const output: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  const [status] = (await once(child, 'close')) as [number | null];
  expect(status).toBe(0);
  return { lines: Buffer.concat(output).toString().trim().split('\n') };
}
