import { describe, expect, test } from 'vitest';
import { AWAITED, readWindows, startVoices, stopProcess } from './real-voices.js';

describe('voices', { timeout: 120_000 }, () => {
  test('answer windows without an embedding when the process is killed, and embed those that come after', async () => {
    const { voices, events } = startVoices();
    const [window = new Int16Array()] = await readWindows();
    const pid = await stopProcess(voices);
    const atWork = voices.embed(window, { ...AWAITED, stream: 'one' });
    process.kill(pid, 'SIGKILL');
    expect(await atWork).toBeUndefined();
    expect(await voices.embed(window, { ...AWAITED, stream: 'one' })).toHaveLength(256);
    expect(voices.status()).toMatchObject({ windows: { embedded: 1, lost: 1 }, process: { restarts: 1 } });
    expect(events).toContainEqual({ kind: 'voices-exited', pid, reason: 'crash' });
  });

  test('shed windows that cannot be embedded in time, and keep few of a flood', async () => {
    const { voices } = startVoices();
    const [window = new Int16Array()] = await readWindows();
    const pid = await stopProcess(voices);
    const flood = Array.from({ length: 1_000 }, () => voices.embed(window, { share: [], stream: 'one' }));
    const awaited = voices.embed(window, { ...AWAITED, stream: 'two' });
    expect(voices.status().waiting).toBeLessThan(300);
    expect(new Set(await Promise.all(flood))).toEqual(new Set([undefined]));
    expect(voices.status()).toMatchObject({ waiting: 1, windows: { shed: 1_000, lost: 0 } });
    process.kill(pid, 'SIGCONT');
    expect(await awaited).toHaveLength(256);
  });

  test('replace a process that hangs', async () => {
    const { voices, events } = startVoices(2);
    const [window = new Int16Array()] = await readWindows();
    const pid = await stopProcess(voices);
    expect(await voices.embed(window, { ...AWAITED, stream: 'one' })).toBeUndefined();
    expect(await voices.embed(window, { ...AWAITED, stream: 'one' })).toHaveLength(256);
    expect(events).toContainEqual({ kind: 'voices-exited', pid, reason: 'hung' });
  });
});
