import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SAMPLE_RATE } from '@auscult/asr';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openFrames } from '../support/frame-client.js';
import { startGuardedServer } from '../support/guarded-server.js';
import { pythonWith, type PythonWith } from '../support/python.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { loadSpeech, wordErrorRate } from '../support/speech.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';

const run = promisify(execFile);

const vosk = pythonWith('PYTHON', 'auscult-python', ['websockets']);
const whisper = pythonWith('PYTHON_WHISPER_LIVE', 'auscult-whisper-live', ['whisper-live==0.10.0', 'numpy']);

/** Frames of 200 ms, as the clients of Vosk send them. */
const FRAME = SAMPLE_RATE / 5;

describe('clients of Vosk and WhisperLive', () => {
  let server: RealServer;
  let samples: Int16Array;
  let text: string;

  beforeAll(async () => {
    const speech = await loadSpeech('librispeech/367-130732-0001');
    // Without the silence behind it.
    samples = new Int16Array(speech.pcm.buffer).subarray(0, -SAMPLE_RATE);
    ({ text } = speech);
    server = await spawnRealServer('--workers', '1', '--compatibility', 'vosk,whisper-live');
    return () => {
      server.signal('SIGKILL');
    };
  });

  test('of Vosk get what was said, frame by frame', async () => {
    const client = await openFrames(server.url);
    client.send({ config: { sample_rate: SAMPLE_RATE } });
    let frames = 0;
    for (let at = 0; at < samples.length; at += FRAME, frames++) {
      client.send(bytesOf(samples.subarray(at, at + FRAME)));
      await client.next();
    }
    client.send('{"eof" : 1}');
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.frames).toHaveLength(frames + 1);
    const heard = joined(client.frames);
    expect(heard).toMatch(/^[a-z' ]+$/);
    expect(wordErrorRate(text, heard)).toBeLessThan(0.15);
  });

  test('of WhisperLive get what was said, segment by segment', async () => {
    const client = await openFrames(server.url);
    client.send({ uid: 'a' });
    const floats = Float32Array.from(samples, (sample) => sample / 32_768);
    for (let at = 0; at < floats.length; at += FRAME) client.send(bytesOf(floats.subarray(at, at + FRAME)));
    client.send(Buffer.from('END_OF_AUDIO'));
    expect(await client.closed).toMatchObject({ code: 1000 });
    const last = client.frames.findLast(({ segments }) => segments !== undefined);
    const segments = last?.['segments'] as readonly { readonly text: string; readonly completed: boolean }[];
    expect(segments.every(({ completed }) => completed)).toBe(true);
    expect(wordErrorRate(text, segments.map((segment) => segment.text).join(''))).toBeLessThan(0.15);
  });

  test.skipIf(vosk.missing !== undefined)(
    named('in Python that wait after each frame get as many answers as frames', vosk),
    async () => {
      const answers = await sendAndWait(server.url, await speechFile());
      expect(answers).toHaveLength(Math.ceil(samples.length / FRAME) + 1);
      expect(wordErrorRate(text, joined(answers))).toBeLessThan(0.15);
    },
  );

  test.skipIf(vosk.missing !== undefined)(named('in Python show a key in the address', vosk), async () => {
    const guarded = await startGuardedServer({ compatibility: 'vosk' });
    const key = await guarded.keyOf('service');
    const answers = await sendAndWait(guarded.url.replace('//', `//any:${key}@`), await speechFile());
    expect(answers).toHaveLength(Math.ceil(samples.length / FRAME) + 1);
    expect(answers.at(-1)).toMatchObject({ text: `heard ${answers.length - 1}` });
    await expect(
      sendAndWait(guarded.url.replace('//', '//any:ausk_wrong@'), await speechFile()),
    ).rejects.toThrow('401');
  });

  test.skipIf(whisper.missing !== undefined)(
    named('such as StreamingTranscriptionClient get each sentence once', whisper),
    async () => {
      const { committed, transcript } = await whisperLive('streaming', ...hostOf(server.url));
      expect(committed.map((one) => ` ${one}`)).toEqual(transcript);
      expect(wordErrorRate(text, committed.join(' '))).toBeLessThan(0.15);
    },
  );

  test.skipIf(whisper.missing !== undefined)(
    named('such as TranscriptionClient write what was said into a file', whisper),
    async () => {
      const { text: returned, srt } = await whisperLive('program', await documentedLines(server.url));
      expect(wordErrorRate(text, returned)).toBeLessThan(0.15);
      const said = srt.split('\n').filter((line) => /[a-z]/i.test(line));
      expect(said.map((line) => line.trim()).join(' ')).toBe(returned);
    },
  );

  test.skipIf(whisper.missing !== undefined)(
    named('of WhisperLive understand why they are refused', whisper),
    async () => {
      const guarded = await startGuardedServer({ compatibility: 'vosk,whisper-live' });
      expect((await whisperLive('refused', ...hostOf(guarded.url))).printed).toContain(
        'Message from Server: ',
      );
      const full = await startScriptedServer({ compatibility: 'whisper-live', maxSessions: '1' });
      await openFrames(full.url);
      expect((await whisperLive('refused', ...hostOf(full.url))).printed).toContain(
        'Estimated wait time 1 minutes',
      );
    },
  );

  async function speechFile(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'auscult-clients-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'visit.wav');
    await writeFile(file, waveFile(SPEECH_WAVE, bytesOf(samples)));
    return file;
  }

  /** What an official client of WhisperLive has at its end. */
  async function whisperLive(kind: string, ...rest: readonly string[]): Promise<WhisperLiveResult> {
    const folder = join(await speechFile(), '..');
    const { stdout } = await run(whisper.path, [client('whisper-live-client.py'), kind, ...rest], {
      cwd: folder,
    });
    const srt = await readFile(join(folder, 'visit.srt'), 'utf8').catch(() => '');
    return { ...(JSON.parse(stdout) as WhisperLiveResult), srt };
  }
});

/** The documented lines for this client, with another server. */
async function documentedLines(url: string): Promise<string> {
  const page = await readFile(new URL('../../../../docs/compatibility.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```python\n(.*?)^```$/gmsu)].map(([, lines = '']) => lines);
  const lines = blocks.find((block) => block.includes('whisper_live')) ?? '';
  expect(lines).toContain('"127.0.0.1", 8000');
  return lines.replace('"127.0.0.1", 8000', `"${hostOf(url).join('", ')}`);
}

/** Host name and port. */
function hostOf(url: string): readonly [string, string] {
  const { hostname, port } = new URL(url);
  return [hostname, port];
}

interface WhisperLiveResult {
  readonly committed: readonly string[];
  readonly transcript: readonly string[];
  readonly text: string;
  readonly srt: string;
  /** What the client prints for people. */
  readonly printed: string;
}

interface Answer {
  readonly text?: unknown;
}

/** The answers that a client of Vosk in Python gets. */
async function sendAndWait(url: string, file: string): Promise<readonly Answer[]> {
  const { stdout } = await run(vosk.path, [client('vosk-client.py'), url.replace('http', 'ws'), file]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

function joined(answers: readonly Answer[]): string {
  return answers.flatMap(({ text }) => (typeof text === 'string' && text !== '' ? [text] : [])).join(' ');
}

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function client(name: string): string {
  return fileURLToPath(new URL(`python/${name}`, import.meta.url));
}

/** The name of a test, with the reason why it is skipped if it is. */
function named(name: string, { missing }: PythonWith): string {
  return missing === undefined ? name : `${name}: ${missing}`;
}
