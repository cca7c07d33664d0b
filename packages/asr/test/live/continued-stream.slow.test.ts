import { SAMPLE_RATE } from '@auscult/asr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePcm, listen } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { loadSpeech, wordErrorRate } from '../support/speech.js';

/** Words that may come out otherwise when an utterance is cut where the stream is continued, as a share of all. */
const CHANGED_BY_CUT = 0.15;

let real: RealRecognizer;
beforeAll(async () => {
  real = await startRealRecognizer();
});
afterAll(() => real.close());

test(
  'a stream continues another with its context, and tells nothing twice',
  { timeout: 240_000 },
  async () => {
    const { samples } = await loadSpeech('medical/MSK0001-opening');
    const whole = listen(real.recognizer);
    whole.live.push(encodePcm(samples, 'f32le'));
    await whole.live.flush();

    const half = Math.floor(samples.length / 2);
    const first = listen(real.recognizer);
    first.live.push(encodePcm(samples.subarray(0, half), 'f32le'));
    await first.live.flush();
    const context = first.live.context?.() ?? { utterances: [], text: undefined };
    const { receivedSeconds } = first.live;
    first.live.close();
    expect(context.utterances.length).toBeGreaterThan(1);
    expect(context.text).toBe(first.finals.at(-1)?.text);

    const begin = context.utterances[0]?.start ?? 0;
    const from = receivedSeconds - begin;
    const kept: number[] = [];
    const next = listen(
      real.recognizer,
      {
        continues: {
          context: {
            ...context,
            utterances: context.utterances.map(({ start, tokens }) => ({ start: start - begin, tokens })),
          },
          fromSeconds: from,
        },
      },
      { onAudio: ({ length }) => kept.push(length) },
    );
    next.live.push(encodePcm(samples.subarray(Math.round(begin * SAMPLE_RATE)), 'f32le'));
    await next.live.flush();

    expect(next.finals[0]?.sequence).toBe(0);
    expect(next.finals[0]?.start).toBeGreaterThanOrEqual(from);
    expect(kept.reduce((sum, length) => sum + length, 0)).toBe(samples.length - half);
    const both = `${first.text()} ${next.text()}`;
    expect(wordErrorRate(whole.text(), both)).toBeLessThan(CHANGED_BY_CUT);
  },
);
