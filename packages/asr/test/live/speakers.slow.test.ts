import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SpeakerFindings } from '../../src/index.js';
import { feedInStep, listen, transcribe, type Listening } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { revisedWords } from '../support/revised-words.js';
import { conversation, join, loadAllSpeech, loadSpeech, type Speech } from '../support/speech.js';

const CLIPS = ['librispeech/367-130732-0001', 'librivox/sense_and_sensibility_01_austen_64kb-0880'];

let real: RealRecognizer;
let clips: readonly Speech[];
beforeAll(async () => {
  real = await startRealRecognizer({ model: 'moonshine-base', workers: 1 });
  clips = await loadAllSpeech(CLIPS);
});
afterAll(() => real.close());

describe('speakers of a live stream', { timeout: 240_000 }, () => {
  test('are told apart in finals and partials, with numbers that stay', async () => {
    const [one, other] = clips.map(({ samples }) => samples);
    if (!one || !other) throw new Error('there are two clips');
    const { samples, text } = conversation([...clips, ...clips], 0.8);
    expect(text).not.toBe('');
    const { listening, findings } = listenForSpeakers({ partials: true, speakers: 2 });
    await feedInStep(real.recognizer, listening, samples);
    await listening.live.flush();
    const pause = 0.8;
    const turns = [one, other, one, other].map(({ length }) => length / 16_000 + pause);
    const wrong = () =>
      revisedWords(listening.finals, findings).filter(({ start, speaker }) => {
        const turn = turns.findIndex(
          (_, at) => start < turns.slice(0, at + 1).reduce((sum, value) => sum + value, 0),
        );
        return speaker !== turn % 2;
      });
    await expect.poll(() => wrong().length, PATIENCE).toBeLessThan(3);
    expect(listening.partials.some(({ speaker }) => speaker === 1)).toBe(true);
    for (const { words: own, speaker } of listening.finals) {
      expect(speaker).toBeTypeOf('number');
      for (const { speakerConfidence } of own) expect(speakerConfidence).toBeGreaterThan(0);
    }

    const speakerState = listening.live.speakerState?.();
    listening.live.close();
    if (!speakerState) throw new Error('there is a state');
    const next = listenForSpeakers({ speakers: 2, speakerState });
    await feedInStep(real.recognizer, next.listening, other);
    await next.listening.live.flush();
    await expect
      .poll(
        () => new Set(revisedWords(next.listening.finals, next.findings).map(({ speaker }) => speaker)),
        PATIENCE,
      )
      .toEqual(new Set([1]));
    next.listening.live.close();
  });

  test('are corrected by people, and stay so', async () => {
    const [one] = clips;
    if (!one) throw new Error('there are clips');
    const { listening, findings } = listenForSpeakers({ speakers: 'auto' });
    await feedInStep(real.recognizer, listening, join([one.samples, new Float32Array(16_000)]));
    const [first] = listening.finals;
    if (!first) throw new Error('there is a final');
    listening.live.assignSpeakers?.([{ sequence: 0, start: first.start, end: first.end, speaker: 2 }]);
    await feedInStep(real.recognizer, listening, one.samples);
    await listening.live.flush();
    await expect
      .poll(() => new Set(revisedWords(listening.finals, findings).map(({ speaker }) => speaker)), PATIENCE)
      .toEqual(new Set([2]));
    listening.live.mergeSpeakers?.(2, 0);
    await expect
      .poll(() => new Set(revisedWords(listening.finals, findings).map(({ speaker }) => speaker)), PATIENCE)
      .toEqual(new Set([0]));
    listening.live.close();
  });

  test('are not told of where nobody asked, and there are none in noise', async () => {
    const { samples } = await loadSpeech('noise/pink');
    const [one] = clips;
    const plain = await transcribe(real.recognizer, one?.samples ?? samples, {});
    for (const { words, speaker } of plain.finals) {
      expect(speaker).toBeUndefined();
      expect(words.every((word) => word.speaker === undefined && word.speakerConfidence === undefined)).toBe(
        true,
      );
    }
    const noise = await transcribe(real.recognizer, samples, { speakers: 'auto' });
    expect(noise.finals).toEqual([]);
  });

  test('refuse a damaged state', () => {
    expect(() => listen(real.recognizer, { speakers: 2, speakerState: new Uint8Array(100) })).toThrow(
      expect.objectContaining({ code: 'speaker_state_damaged' }),
    );
  });
});

/** The windows of live speech are shed on a busy machine. */
const PATIENT = { priority: 'background' } as const;

/** Labels of a busy machine may come after their finals. */
const PATIENCE = { timeout: 60_000 };

function listenForSpeakers(options: Parameters<typeof listen>[1]): {
  readonly listening: Listening;
  readonly findings: readonly SpeakerFindings[];
} {
  const findings: SpeakerFindings[] = [];
  return {
    listening: listen(
      real.recognizer,
      { ...PATIENT, ...options },
      { onSpeakers: (found) => findings.push(found) },
    ),
    findings,
  };
}
