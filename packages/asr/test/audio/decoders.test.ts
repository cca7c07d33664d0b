import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createDecoderPool, type SpeechError } from '../../dist/index.js';
import { closeToTheWorld, confinedNode } from '../../src/audio/decoders/confinement.js';
import { createFrameReader, encodeFrame, MOST_PAYLOAD_BYTES } from '../../src/audio/decoders/frames.js';
import { createMemoryBudget } from '../../src/audio/decoders/memory-budget.js';
import { createFairSemaphore } from '../../src/audio/decoders/fair-semaphore.js';
import { clipPath } from '../clips/clips.js';
import { decodeAll, stored } from './decoded.js';
import { chunk, writeWave } from './wave-file.js';

const SENTENCE = clipPath('dictation/joe_s001.flac');
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const hasProc = process.platform === 'linux';
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

const pool = createDecoderPool({ looks: 1, reads: 2 });
afterAll(() => {
  pool.close();
});

/** Processes that this one has started and that run. */
function children(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => parentOf(pid) === process.pid)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** A stream that gives `head` and then nothing until it is let on; tells when the rest was asked for. */
function stalling(head: Uint8Array): {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly stalled: Promise<void>;
  readonly letOn: () => void;
} {
  let tell = (): void => undefined;
  let letOn = (): void => undefined;
  const stalled = new Promise<void>((resolve) => (tell = resolve));
  const gate = new Promise<void>((resolve) => (letOn = resolve));
  const bytes = async function* (): AsyncGenerator<Uint8Array, void> {
    yield head;
    tell();
    await gate;
  };
  return {
    bytes: bytes(),
    stalled,
    letOn: () => {
      letOn();
    },
  };
}

async function soundOf(recording: { chunks(): AsyncIterable<Float32Array> }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const { buffer, byteOffset, byteLength } of recording.chunks())
    pieces.push(Buffer.from(buffer, byteOffset, byteLength));
  return Buffer.concat(pieces);
}

describe('a decoder', () => {
  it('gives the same samples as decoding in this process, for stored bytes and for a stream', async () => {
    const bytes = await readFile(SENTENCE);
    const { samples } = await decodeAll(bytes);
    const expected = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const opened = await pool.open(stored(bytes), { purpose: 'read' });
    expect(opened).toMatchObject({ sampleRate: 16_000, channels: 1, tracks: 1 });
    expect((await soundOf(opened)).equals(expected)).toBe(true);
    const stream = stored(bytes).read(0, bytes.length);
    expect((await soundOf(await pool.open(stream, { purpose: 'read' }))).equals(expected)).toBe(true);
    expect(pool.status()).toEqual({ running: 0, waiting: 0 });
  });

  it('reports damage and unreadable audio in the same words as decoding in this process', async () => {
    const bytes = (await readFile(SENTENCE)).subarray(0, 20_000);
    const { damage } = await decodeAll(bytes);
    let told: SpeechError | undefined;
    const recording = await pool.open(stored(bytes), {
      name: 'The visit',
      purpose: 'look',
      onDamage: (error) => (told = error),
    });
    await soundOf(recording);
    expect(told?.message).toBe(damage);
    await expect(pool.open(stored(Buffer.alloc(0)), { name: 'It', purpose: 'look' })).rejects.toMatchObject({
      code: 'unreadable_audio',
      message: 'It is empty.',
    });
  });

  it('gives up a recording once more seconds are decoded than allowed', async () => {
    const channels = [new Float32Array(16_000 * 30)];
    const bytes = writeWave({ tag: 1, bits: 16, sampleRate: 16_000, channels, dataSize: 0 });
    const recording = await pool.open(stored(bytes), { purpose: 'read', maxSeconds: 10 });
    await expect(soundOf(recording)).rejects.toMatchObject({ code: 'recording_too_long' });
  });

  it.skipIf(!hasProc)(
    'that is killed fails only its own recording, and another takes its place',
    async () => {
      const bytes = await readFile(SENTENCE);
      const before = children();
      const source = stalling(bytes.subarray(0, 30_000));
      const failing = pool.open(source.bytes, { purpose: 'look' }).then(soundOf);
      failing.catch(() => undefined);
      await source.stalled;
      for (const pid of children().filter((pid) => !before.includes(pid))) process.kill(pid, 'SIGKILL');
      await expect(failing).rejects.toMatchObject({ code: 'decoder_failed' });
      const next = await pool.open(stored(bytes), { purpose: 'look' });
      expect((await soundOf(next)).length).toBeGreaterThan(0);
    },
  );

  it.skipIf(!hasProc || !hasFfmpeg)(
    'and the ffmpeg that it starts inherit no environment variables',
    async () => {
      const head = spawnSync(
        'ffmpeg',
        ['-v', 'error', '-i', SENTENCE, '-c:a', 'pcm_s16le', '-f', 'matroska', 'pipe:1'],
        { maxBuffer: 1e8 },
      ).stdout;
      const before = children();
      const source = stalling(head.subarray(0, 90_000));
      process.env['AUSCULT_MASTER_KEY'] = 'a secret of the test';
      try {
        const opening = pool.open(source.bytes, { purpose: 'look' });
        await source.stalled;
        const started = children().filter((pid) => !before.includes(pid));
        const programs = started.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
        expect(programs.some((line) => line.includes('decoder-main'))).toBe(true);
        expect(programs.some((line) => line.includes('ffmpeg'))).toBe(true);
        const names = started.flatMap((pid) =>
          readFileSync(`/proc/${pid}/environ`, 'latin1')
            .split('\0')
            .filter((line) => line !== '')
            .map((line) => line.split('=')[0]),
        );
        expect(names.filter((name) => name !== 'LD_LIBRARY_PATH')).toEqual([]);
        source.letOn();
        await opening.then(soundOf).catch(() => undefined);
      } finally {
        delete process.env['AUSCULT_MASTER_KEY'];
      }
    },
  );

  it.skipIf(!hasPrlimit)('can open no file, no process and no socket', async () => {
    const program = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { spawnSync } from 'node:child_process';
      import { connect } from 'node:net';
      const fails = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
      const before = {
        read: fails(() => readFileSync('/etc/hostname')),
        write: fails(() => writeFileSync('/tmp/auscult-decoder', '')),
        start: fails(() => spawnSync('true')),
      };
      process.stdout.write(JSON.stringify(before) + '\\n');
      process.stdin.once('data', () => {
        connect(9, '127.0.0.1').on('error', ({ code }) => {
          process.stdout.write(JSON.stringify({ connect: code }));
          process.exit();
        });
      });`;
    const { program: node, args } = await confinedNode();
    const child = spawn(node, [...args, '--input-type=module', '--eval', program], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
    });
    const [before] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(before.toString())).toEqual({
      read: 'ERR_ACCESS_DENIED',
      write: 'ERR_ACCESS_DENIED',
      start: 'ERR_ACCESS_DENIED',
    });
    await closeToTheWorld(child.pid ?? 0);
    child.stdin.write('go\n');
    const [after] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(after.toString())).toEqual({ connect: 'EMFILE' });
  });
});

describe('the output of a decoder', () => {
  const frame = { id: 7, type: 4, payload: Buffer.from('sound') };

  it('is read whatever pieces it arrives in', () => {
    const bytes = Buffer.concat([...encodeFrame(frame), ...encodeFrame({ ...frame, id: 8 })]);
    const read = createFrameReader();
    const frames = [...bytes].flatMap((byte) => read(Buffer.of(byte)));
    expect(frames).toEqual([frame, { ...frame, id: 8 }]);
  });

  it('is refused as soon as its header claims too great a length', () => {
    const [header] = encodeFrame(frame);
    header.writeUInt32LE(MOST_PAYLOAD_BYTES + 1);
    expect(() => createFrameReader()(header)).toThrow(RangeError);
  });
});

it('the decoder that takes the most memory is ended when all together take too much', () => {
  const budget = createMemoryBudget(100);
  const ended: string[] = [];
  const [small, large, other] = ['small', 'large', 'other'].map((name) =>
    budget.join(() => {
      ended.push(name);
    }),
  );
  small?.takes(30);
  large?.takes(60);
  expect(ended).toEqual([]);
  small?.takes(50);
  expect(ended).toEqual(['large']);
  other?.takes(50);
  expect(ended).toEqual(['large']);
  small?.leave();
  other?.takes(100);
  expect(ended).toEqual(['large']);
});

it('an aborted recording is given up, and its place goes to the next', async () => {
  const gone = new AbortController();
  const source = stalling((await readFile(SENTENCE)).subarray(0, 100));
  const opening = pool.open(source.bytes, { purpose: 'look', signal: gone.signal });
  const waiting = pool.open(stored(await readFile(SENTENCE)), { purpose: 'look' });
  await source.stalled;
  gone.abort();
  await expect(opening).rejects.toMatchObject({ code: 'closed' });
  await (await waiting).close();
});

it('places go to the key that has had the fewest, however many places each key asks for', async () => {
  const places = createFairSemaphore(2);
  const order: string[] = [];
  const asked = ['a', 'a', 'a', 'a', 'b', 'c', 'b'].map((key) =>
    places.take(key).then((end) => {
      order.push(key);
      return end;
    }),
  );
  for (const turn of asked.slice(0, 2)) (await turn)();
  for (const turn of asked.slice(4, 6)) (await turn)();
  for (const turn of [...asked.slice(2, 4), ...asked.slice(6)]) (await turn)();
  expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  expect(places.count()).toEqual({ running: 0, waiting: 0 });
});

it('places are given in order, and no more at a time than there are', async () => {
  const places = createFairSemaphore(1);
  const end = await places.take('a');
  const order: string[] = [];
  const [second, third] = ['b', 'c'].map((key) =>
    places.take(key).then((over) => {
      order.push(key);
      over();
    }),
  );
  expect(places.count()).toEqual({ running: 1, waiting: 2 });
  end();
  await Promise.all([second, third]);
  expect(order).toEqual(['b', 'c']);
});

it.each([
  ['fmt ', 300 * 1024 ** 2],
  ['LIST', 0xfffffff0],
  ['id3 ', 300 * 1024 ** 2],
])('a chunk %s that claims %i bytes is not read into memory', async (name, size) => {
  const head = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunk(name, Buffer.alloc(0), size)]);
  const piece = Buffer.alloc(1024 ** 2);
  let peak = 0;
  const before = process.memoryUsage().arrayBuffers;
  const total = 64 * 1024 ** 2;
  const source = {
    size: head.length + total,
    read: async function* (start: number, end: number): AsyncGenerator<Uint8Array, void> {
      for (let at = start; at < end;) {
        const bytes = at < head.length ? head.subarray(at, end) : piece.subarray(0, end - at);
        yield await Promise.resolve(Buffer.from(bytes));
        at += bytes.length;
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      }
    },
  };
  const { openRecording } = await import('../../src/audio/recording.js');
  await expect(openRecording(source)).rejects.toMatchObject({ code: /un(readable|supported)_audio/ });
  expect(peak).toBeLessThan(48 * 1024 ** 2);
});
