import { beforeAll, describe, expect, test } from 'vitest';
import { createDiarization } from '../../src/speakers/diarization.js';
import { openVoiceEncoder, type VoiceEncoder } from '../../src/speakers/voice-encoder.js';
import { allWindows, type VoiceWindow } from '../../src/speakers/voice-windows.js';
import { loadSpeech } from '../support/speech.js';

const JOE = ['dictation/joe_s001', 'dictation/joe_s003', 'dictation/joe_venkataraman'];
const JOE_AGAIN = 'dictation/joe_s002';
const READER = 'librispeech/1089-134686-0000';
const JFK = 'jfk/jfk';

describe('an enrolled voice', () => {
  let encoder: VoiceEncoder;
  let knownVoices: readonly { readonly name: string; readonly voice: Float32Array }[];

  beforeAll(async () => {
    encoder = await openVoiceEncoder();
    const windows = await Promise.all(JOE.map((clip) => windowsOf(clip, 0)));
    knownVoices = [{ name: 'Dr. Joe', voice: meanOf(windows.flat().map(({ voice }) => voice)) }];
  });

  test.each(['auto', 2] as const)(
    'is named from the first word, and others are not, with speakers %s',
    async (speakers) => {
      const diarization = createDiarization({ speakers, knownVoices });
      expect(await speakersOf(diarization, 0, JOE_AGAIN)).toEqual([0]);
      expect(diarization.revise().recognised).toEqual([{ name: 'Dr. Joe', speaker: 0 }]);
      // Nobody else was heard before, and yet this is not given to the one who is known.
      expect(await speakersOf(diarization, 1, READER)).toEqual([1]);
      expect(await speakersOf(diarization, 2, 'dictation/joe_s003')).toEqual([0]);
      expect(diarization.revise().recognised).toEqual([{ name: 'Dr. Joe', speaker: 0 }]);
    },
  );

  test.each(['auto', 2] as const)(
    'that is absent gives nobody its name, with speakers %s',
    async (speakers) => {
      const diarization = createDiarization({ speakers, knownVoices });
      for (const [sequence, clip] of [JFK, READER, JFK].entries()) {
        await speakersOf(diarization, sequence, clip);
        expect(diarization.revise().recognised).toEqual([]);
      }
    },
  );

  test('has the number of whoever speaks later, too', async () => {
    const diarization = createDiarization({ speakers: 2, knownVoices });
    expect(await speakersOf(diarization, 0, READER)).toEqual([0]);
    await speakersOf(diarization, 1, JOE_AGAIN);
    await speakersOf(diarization, 2, 'dictation/joe_s003');
    expect(diarization.revise().recognised).toEqual([{ name: 'Dr. Joe', speaker: 1 }]);
  });

  /** Who says the words of a clip, of which each lasts half a second: every speaker of at least a tenth of them. */
  async function speakersOf(
    diarization: ReturnType<typeof createDiarization>,
    sequence: number,
    clip: string,
  ): Promise<readonly number[]> {
    const start = 20 * sequence;
    const windows = await windowsOf(clip, start);
    diarization.hear(sequence, windows);
    const end = windows.at(-1)?.end ?? start;
    const words = Array.from({ length: Math.floor((end - start) * 2) }, (_, at) => ({
      start: start + at / 2,
      end: start + at / 2 + 0.5,
    }));
    const labels = diarization.label(sequence, words).map((label) => label.speaker);
    return [0, 1, 2, 3].filter(
      (speaker) => labels.filter((label) => label === speaker).length >= labels.length / 10,
    );
  }

  /** The windows of a clip that begins at `start`, seconds. */
  async function windowsOf(clip: string, start: number): Promise<readonly VoiceWindow[]> {
    const { samples } = await loadSpeech(clip);
    const spans = allWindows({ start: 0, end: samples.length / 16_000 });
    const voices = await encoder.embed(
      spans.map((span) => samples.slice(Math.round(span.start * 16_000), Math.round(span.end * 16_000))),
    );
    return spans.map((span, at) => ({
      start: start + span.start,
      end: start + span.end,
      voice: voices[at] ?? new Float32Array(),
    }));
  }
});

function meanOf(voices: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(voices[0]?.length ?? 0).map((_, at) =>
    voices.reduce((sum, voice) => sum + (voice[at] ?? 0), 0),
  );
  const length = Math.hypot(...mean);
  return mean.map((value) => value / length);
}
