import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clipPath } from '../../asr/test/clips/clips.js';
import { hearLive } from '../../asr/test/audio/heard-live.js';
import { cluster, simpleBlock, track, webm } from '../../asr/test/audio/webm-file.js';
import { createRecordedBytes, type RecordedBytes } from '../src/recorded/recorded-bytes.js';

/** A recording of four seconds: a cluster every 250 ms, each with its number in a packet that is none. */
const RECORDING = Uint8Array.from(
  webm(
    [track()],
    Array.from({ length: 16 }, (_, index) =>
      cluster(index * 250, [simpleBlock(Uint8Array.of(index, 1, 2, 3), 0)], 'unknown'),
    ),
  ),
);

function append(recorded: RecordedBytes, bytes: Uint8Array<ArrayBuffer>, sizes: readonly number[]): void {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    recorded.append(bytes.slice(at, at + size), 0.25);
    at += size;
  }
}

describe('what a recorder wrote', () => {
  test('is kept byte by byte, and its clusters are found however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 40 }),
        fc.nat({ max: 3_999 }),
        (sizes, ms) => {
          const recorded = createRecordedBytes();
          append(recorded, RECORDING, sizes);
          expect(recorded.end()).toBe(RECORDING.length);
          expect(recorded.endSeconds()).toBeCloseTo(3.77, 5);
          expect(recorded.read(0, RECORDING.length)).toEqual(RECORDING);
          const entry = recorded.entryAt(ms / 1000);
          expect(entry?.seconds).toBe(Math.floor(ms / 250) / 4);
          expect(recorded.secondsAt(entry?.at ?? 0)).toBe(entry?.seconds);
          expect(Buffer.from(recorded.read(entry?.at ?? 0, 4)).toString('hex')).toBe('1f43b675');
        },
      ),
    );
  });

  test('can be decoded from each cluster on, after its header', async () => {
    const clip = Uint8Array.from(await readFile(clipPath('containers/live.webm')));
    const recorded = createRecordedBytes();
    append(recorded, clip, [500, 1_000]);
    const entry = recorded.entryAt(0);
    const rest = recorded.read(entry?.at ?? 0, clip.length);
    const whole = await hearLive([clip]);
    expect((await hearLive([entry?.header ?? clip, rest])).sound).toEqual(whole.sound);
  });

  test('goes on with another recording on the same clock', () => {
    const recorded = createRecordedBytes();
    append(recorded, RECORDING, []);
    recorded.beginRecording();
    append(recorded, RECORDING, [40]);
    expect(recorded.endSeconds()).toBeCloseTo(2 * 3.77, 5);
    expect(recorded.entryAt(5)?.seconds).toBeCloseTo(3.77 + 1, 5);
    expect(recorded.entryAt(5)?.header).toEqual(recorded.entryAt(1)?.header);
  });

  test('is forgotten up to what the server has, and what needs no text any more', () => {
    const recorded = createRecordedBytes();
    append(
      recorded,
      RECORDING,
      Array.from({ length: 100 }, () => 20),
    );
    const place = recorded.entryAt(2)?.at ?? 0;
    recorded.release(place, 1);
    expect(recorded.entryAt(0)?.seconds).toBe(1);
    const before = recorded.size();
    recorded.release(place, 3);
    expect(recorded.entryAt(0)?.seconds).toBe(3);
    expect(recorded.size()).toBeLessThan(before);
    expect(recorded.read(place, 4)).toEqual(RECORDING.slice(place, place + 4));
  });

  test('is given up as a whole if it cannot be cut', () => {
    const recorded = createRecordedBytes();
    append(recorded, Uint8Array.from(Buffer.from('OggS, and so on')), [3]);
    expect(recorded.entryAt(0)).toMatchObject({ at: 0, seconds: 0 });
    expect(recorded.entryAt(0.1)).toBeUndefined();
    expect(recorded.giveUp()).toMatchObject({ at: 15, seconds: recorded.endSeconds() });
    recorded.append(new Uint8Array(9), 0.25);
    expect(recorded.end()).toBe(15);
    recorded.beginRecording();
    recorded.append(new Uint8Array(9), 0.25);
    expect(recorded.end()).toBe(24);
  });
});
