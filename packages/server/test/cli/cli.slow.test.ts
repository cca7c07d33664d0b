import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { runCli, type CliOutcome } from './run-cli.js';

const JFK = clipPath('jfk/jfk.flac');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auscult-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the command line', () => {
  it.each([[[]], [['serve']], [['transcribe']], [['models']], [['keys']], [['users']], [['doctor']]])(
    'explains %j with examples',
    async (command) => {
      const { status, stdout } = await runCli([...command, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain('Examples:\n  auscult');
    },
  );

  it.each([
    [['transcrib'], "auscult: unknown command 'transcrib'. Did you mean transcribe?\n"],
    [['transcribe'], "auscult: missing required argument 'recording'. See auscult --help.\n"],
    [['transcribe', '-', '-'], 'auscult: standard input is named twice. Give - once.\n'],
    [
      ['transcribe', '-f', 'srt', 'a.wav', 'b.wav'],
      'auscult: subtitles of 2 recordings do not fit into one file. Name a folder with --output.\n',
    ],
    [
      ['doctor', '--workers', 'many'],
      'auscult: --workers has a value that is not allowed. Set a whole number from 1 to 256.\n',
    ],
  ])('refuses %j with status 2 and one line', async (args, stderr) => {
    expect(await runCli(args)).toEqual({ status: 2, stdout: '', stderr });
  });
});

describe('auscult transcribe', () => {
  it('writes numbers in written form on request', async () => {
    const clip = clipPath('dictation/joe_s001.flac');
    const { status, stdout } = await runCli(['transcribe', '--written-form', clip]);
    expect(status).toBe(0);
    expect(stdout).toContain('25 mg twice daily');
  });

  it('uses the key terms of a file, and reports lines that it ignores', async () => {
    const clip = clipPath('dictation/joe_s001.flac');
    const terms = join(folder, 'terms.txt');
    await writeFile(terms, '# ward 3\nMetoPROLOL\t2\nthe\n');
    const heard = await runCli(['transcribe', '--lexicon', 'none', '--key-terms', terms, clip]);
    expect(heard).toMatchObject({
      status: 0,
      stderr: `auscult: ${terms}: Left out: 1 that everybody uses.\n`,
    });
    expect(heard.stdout).toContain('MetoPROLOL');
    const without = await runCli(['transcribe', '--lexicon', 'none', clip]);
    expect(without.stdout).not.toMatch(/metoprolol/i);

    await writeFile(terms, 'metoprolol\tmuch\n');
    const refused = await runCli(['transcribe', '--key-terms', terms, clip]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(
      `line 1 of ${terms} is not a key term. Write a term of at most 100 characters`,
    );
  });

  it('reads standard input in any container format', async () => {
    const stdin = await readFile(clipPath('containers/speech.opus'));
    const { status, stdout } = await runCli(['transcribe', '--format', 'json', '-'], { stdin });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', duration: expect.closeTo(2.99, 2) as number });
    expect(stdout).toMatch(/young man/i);
  });

  it('goes on after a bad recording, keeps the order, and exits with status 1', async () => {
    const ward = join(folder, 'ward');
    await mkdir(join(ward, 'b'), { recursive: true });
    await copyFile(JFK, join(ward, 'a.flac'));
    await writeFile(join(ward, 'b', 'broken.wav'), 'not a recording');
    const mp3 = await readFile(clipPath('containers/speech.mp3'));
    await writeFile(join(ward, 'c.mp3'), mp3);
    await writeFile(join(ward, 'd.mp3'), mp3.subarray(0, mp3.length * 0.8));

    const outcome = await runCli(['transcribe', '--format', 'json', ward]);
    expect(outcome.status).toBe(1);
    const files = outcome.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { file: string }).file);
    expect(files).toEqual(['a.flac', 'c.mp3', 'd.mp3'].map((name) => join(ward, name)));
    const failures = outcome.stderr.trim().split('\n');
    expect(failures).toHaveLength(2);
    expect(failures.join('\n')).toContain(`auscult: ${join(ward, 'b', 'broken.wav')} `);
    expect(failures.join('\n')).toMatch(/d\.mp3 ends after \d\.\d of 3\.0 s\. Copy it again/);
  });

  it('writes a subtitle file for each recording', async () => {
    const output = join(folder, 'subtitles');
    const outcome = await runCli([
      'transcribe',
      '-f',
      'srt',
      '-o',
      output,
      JFK,
      clipPath('containers/speech.ogg'),
    ]);
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await readFile(join(output, 'jfk.srt'), 'utf8')).toMatch(
      /^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\nAnd so/,
    );
    expect(await readFile(join(output, 'speech.srt'), 'utf8')).toMatch(/^1\n00:00:00,/);
  });

  it('prefers a flag to a variable', async () => {
    const outcome = await runCli(['transcribe', '--model', 'no-such-flag-model', JFK], {
      environment: { AUSCULT_MODEL: 'no-such-variable-model' },
    });
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain('no-such-flag-model');
    expectOneLine(outcome);
  });

  it('reports a folder that holds nothing to transcribe', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const outcome = await runCli(['transcribe', empty]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toBe(
      `auscult: There are no recordings in ${empty}. Name a folder with audio files, or a file.\n`,
    );
  });
});

describe('auscult doctor', () => {
  it('finds this machine suitable, with a real transcription', async () => {
    const { status, stdout, stderr } = await runCli(['doctor', '--port', '0', '--workers', '1']);
    expect({ status, stderr, failed: stdout.match(/^✗.*$/m) }).toEqual({
      status: 0,
      stderr: '',
      failed: null,
    });
    expect(stdout).toMatch(/^✓ transcription/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('lists everything that has to be done, and exits with status 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const file = join(folder, 'file');
    await writeFile(file, '');

    const outcome = await runCli([
      'doctor',
      '--json',
      '--port',
      String(port),
      '--cache-directory',
      join(file, 'cache'),
      '--model',
      'none',
    ]);
    expect(outcome.status).toBe(1);
    const report = JSON.parse(outcome.stdout) as {
      ok: boolean;
      checks: { name: string; state: string; remedy?: string }[];
    };
    expect(report.ok).toBe(false);
    const states = Object.fromEntries(report.checks.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({
      port: 'failed',
      cache: 'failed',
      model: 'failed',
      transcription: 'skipped',
    });
    for (const { state, remedy } of report.checks) if (state === 'failed') expect(remedy).toMatch(/\.$/);
  });
});

function expectOneLine({ stderr }: CliOutcome): void {
  expect(stderr).toMatch(/^auscult: [^\n]+\n$/);
}
