import { describe, expect, test } from 'vitest';
import { openVoiceEncoder } from '../../src/speakers/voice-encoder.js';
import { until } from '../support/until.js';
import { AWAITED, readWindows, startVoices } from './real-voices.js';

describe('voices', { timeout: 60_000 }, () => {
  test('start no process until they are asked', async () => {
    const { voices } = startVoices();
    expect(voices.status().process).toBeUndefined();
    voices.prepare();
    await until(() => voices.status().process?.state === 'ready');
  });

  test('embed what two streams say as the encoder does', async () => {
    const { voices, events } = startVoices();
    const [read, encoder] = await Promise.all([readWindows(), openVoiceEncoder()]);
    const windows = read.slice(0, 4);
    const embed = (stream: string) =>
      Promise.all(windows.map((window) => voices.embed(window, { ...AWAITED, stream })));
    const [one, two] = await Promise.all([embed('one'), embed('two')]);
    const expected = await encoder.embed(
      windows.map((window) => Float32Array.from(window, (sample) => sample / 32_768)),
    );
    for (const [at, embedding] of expected.entries()) {
      expect(cosine(one[at], embedding)).toBeGreaterThan(0.99);
      expect(cosine(two[at], embedding)).toBeGreaterThan(0.99);
    }
    expect(voices.status()).toMatchObject({
      waiting: 0,
      windows: { embedded: 2 * windows.length, shed: 0, lost: 0 },
    });
    expect(events.filter(({ kind }) => kind === 'voice-window')).toHaveLength(2 * windows.length);
  });

  test('embed windows that wait for others with the first that does not', async () => {
    const { voices } = startVoices();
    const [window = new Int16Array()] = await readWindows();
    voices.prepare();
    await until(() => voices.status().process?.state === 'ready');
    const patient = [1, 2, 3].map(() =>
      voices.embed(window, { ...AWAITED, stream: 'one', patienceMs: 3_600_000 }),
    );
    expect(voices.status().waiting).toBe(3);
    expect(await voices.embed(window, { ...AWAITED, stream: 'two' })).toHaveLength(256);
    for (const embedding of await Promise.all(patient)) expect(embedding).toHaveLength(256);
  });

  test('answer whatever waits when they are closed', async () => {
    const { voices } = startVoices();
    const [window = new Int16Array()] = await readWindows();
    const waiting = Array.from({ length: 20 }, () => voices.embed(window, { ...AWAITED, stream: 'one' }));
    await voices.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([undefined]));
    expect(await voices.embed(window, { ...AWAITED, stream: 'one' })).toBeUndefined();
  });
});

function cosine(one: Float32Array | undefined, other: Float32Array): number {
  return other.reduce((sum, value, at) => sum + value * (one?.[at] ?? NaN), 0);
}
