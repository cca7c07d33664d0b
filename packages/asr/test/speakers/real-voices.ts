import { createVoices, type Voices, type VoicesEvent } from '@auscult/asr';
import { onTestFinished } from 'vitest';
import { loadSpeech } from '../support/speech.js';
import { until } from '../support/until.js';

/** Windows that are embedded however slow the machine is. */
export const AWAITED = { share: ['clinic'], background: true } as const;

/** Voices, and the events that they reported; closed after the test. */
export function startVoices(timeoutSeconds = 30): {
  readonly voices: Voices;
  readonly events: readonly VoicesEvent[];
} {
  const events: VoicesEvent[] = [];
  const voices = createVoices({
    timeoutSeconds,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => voices.close());
  return { voices, events };
}

/** Stops the process once it is ready, so that it certainly has work when the next signal comes. */
export async function stopProcess(voices: Voices): Promise<number> {
  voices.prepare();
  await until(() => voices.status().process?.state === 'ready');
  const pid = voices.status().process?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  return pid;
}

/** Ten windows of a reader. */
export async function readWindows(): Promise<readonly Int16Array[]> {
  const { samples } = await loadSpeech('librispeech/1998-15444-0006');
  const audio = Int16Array.from(samples, (sample) => Math.round(sample * 32_767));
  return Array.from({ length: 10 }, (_, at) => audio.subarray(at * 6_000, at * 6_000 + 24_000));
}
