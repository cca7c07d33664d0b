import { nothingWritten, SAMPLE_RATE } from '@auscult/asr';
import { sessionSettings } from '@auscult/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { settingsByDefault } from '../../src/config/recognition.js';
import type { LeftChannel } from '../../src/journal/journal.js';
import type { FinalEvent } from '../../src/live/events.js';
import { pastOfLeft } from '../../src/live/past-of-left.js';
import { SNAPSHOT_VERSION, type SessionSnapshot } from '../../src/live/session-snapshot.js';

const CONFIG = loadConfig({ flags: {}, environment: {} });
const SETTINGS = { ...sessionSettings.parse(settingsByDefault(CONFIG)), sampleRate: 48_000 };

/** What a process had taken and recorded of a channel, in samples at 16 kHz. */
const channel = fc.record({
  finals: fc.array(fc.integer({ min: 800, max: 80_000 }), { maxLength: 8 }),
  /** Audio after the last final. */
  beyond: fc.integer({ min: 0, max: 100_000 }),
  /** How far the journal is behind the record with what is settled, as a share of that. */
  lag: fc.double({ min: 0, max: 1, noNaN: true }),
});

test('nothing that was taken is lost or heard twice, whatever the journal has noted of what is settled', () => {
  fc.assert(
    fc.property(fc.array(channel, { minLength: 1, maxLength: 2 }), (channels) => {
      const finals = channels.flatMap((one, index) => finalsOf(one.finals, index));
      const left = channels.map((one, index) => leftOf(one, index));
      const past = pastOfLeft({
        snapshot: snapshotOf(channels.length),
        channels: left,
        finals,
        speakers: undefined,
      });
      const ends = channels.map(({ finals: lengths, beyond }) => sum(lengths) + beyond);
      const end = Math.min(...ends);
      expect(past?.received).toEqual({ count: end * 3, seconds: end / SAMPLE_RATE, sampleRate: 48_000 });
      expect(past?.told).toMatchObject({ finals: finals.length, lostSeconds: 0 });
      past?.channels.forEach(({ from, audio, finals: next }, index) => {
        const recorded = sum(channels[index]?.finals ?? []);
        expect(from).toBe(recorded);
        expect(next).toBe(channels[index]?.finals.length);
        expect(from + audio.length).toBe(Math.max(end, recorded));
        expect(Array.from(audio)).toEqual(
          Array.from({ length: Math.max(0, end - recorded) }, (_, at) => valueAt(recorded + at)),
        );
      });
    }),
    { numRuns: 50 },
  );
});

test('audio that is missing between pieces counts as lost, and keeps its place', () => {
  const samples = Int16Array.from({ length: SAMPLE_RATE }, () => 1);
  const past = pastOfLeft({
    snapshot: snapshotOf(1),
    channels: [
      {
        channel: 0,
        settled: 0,
        pieces: [
          { from: 0, samples },
          { from: 3 * SAMPLE_RATE, samples },
        ],
      },
    ],
    finals: [],
    speakers: undefined,
  });
  expect(past?.told.lostSeconds).toBe(2);
  expect(past?.channels[0]?.audio.length).toBe(4 * SAMPLE_RATE);
});

test('nobody can tell where audio goes on that has to be decoded', () => {
  const snapshot = snapshotOf(1);
  const left = { channels: [], finals: [], speakers: undefined };
  expect(
    pastOfLeft({ ...left, snapshot: { ...snapshot, settings: { ...SETTINGS, encoding: 'container' } } }),
  ).toBeUndefined();
});

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}

function valueAt(sample: number): number {
  return (sample % 60_000) - 30_000;
}

function finalsOf(lengths: readonly number[], channel: number): readonly FinalEvent[] {
  return lengths.map((length, sequence) => {
    const start = sum(lengths.slice(0, sequence)) / SAMPLE_RATE;
    const [end, text] = [start + length / SAMPLE_RATE, `final ${sequence}`];
    const hypothesis = { sequence, text, start, end, confidence: 1, words: [], language: 'en' };
    return { kind: 'final', channel, madeAt: new Date(0), hypothesis: { ...hypothesis, reason: 'silence' } };
  });
}

function leftOf(
  { finals, beyond, lag }: { finals: readonly number[]; beyond: number; lag: number },
  channel: number,
): LeftChannel {
  const [recorded, end] = [sum(finals), sum(finals) + beyond];
  const settled = Math.floor(recorded * lag);
  const middle = Math.floor((settled + end) / 2);
  const piece = (from: number, to: number) => ({
    from,
    samples: Int16Array.from({ length: to - from }, (_, at) => valueAt(from + at)),
  });
  return { channel, settled, pieces: [piece(settled, middle), piece(middle, end)] };
}

function snapshotOf(channels: number): SessionSnapshot {
  return {
    version: SNAPSHOT_VERSION,
    sessionId: '00000000-0000-4000-8000-000000000000',
    identity: { tenant: 'default', subject: 'local', kind: 'local', role: 'local', groups: [] },
    from: undefined,
    client: undefined,
    dialect: { name: 'auscult', isResumable: true },
    settings: { ...SETTINGS, channels: channels === 1 ? 1 : 2 },
    sentTerms: { count: 0, json: '[]' },
    takesBack: true,
    asked: undefined,
    tokenDigest: '0'.repeat(64),
    received: { count: 0, seconds: 0, sampleRate: 48_000 },
    channels: Array.from({ length: channels }, () => ({ nextSequence: 0, writing: nothingWritten })),
    lostSeconds: 0,
  };
}
