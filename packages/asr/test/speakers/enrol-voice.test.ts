import { describe, expect, test } from 'vitest';
import { enrolVoice, type HeardVoice } from '../../src/speakers/enrol-voice.js';
import { openVoiceEncoder, type VoiceEncoder } from '../../src/speakers/voice-encoder.js';
import { join, loadSpeech, silence } from '../support/speech.js';

const JOE = ['dictation/joe_s001', 'dictation/joe_s002', 'dictation/joe_s003', 'dictation/joe_venkataraman'];

describe('the recording of a voice', () => {
  test('gives the voice, which later speech of the same person is like', async () => {
    const [joe, reader] = await Promise.all([
      heard(...JOE),
      heard('librispeech/1089-134686-0000', 'librispeech/1089-134686-0000'),
    ]);
    const [joeSpeaks, readerReads] = await Promise.all([
      embedding('dictation/joe_s002'),
      embedding('librispeech/1089-134686-0000'),
    ]);
    expect(cosine(voiceOf(joe), voiceOf(joe))).toBeCloseTo(1, 4);
    expect(cosine(voiceOf(joe), joeSpeaks)).toBeGreaterThan(0.6);
    expect(cosine(voiceOf(reader), readerReads)).toBeGreaterThan(0.6);
    expect(cosine(voiceOf(joe), readerReads)).toBeLessThan(0.5);
  });

  test.each([
    ['less than 15 s of speech', ['librispeech/1089-134686-0000']],
    ['noise', Array<string>(3).fill('noise/pink')],
    ['clicks of a keyboard', Array<string>(4).fill('noise/keyboard-typing')],
    ['silence', ['noise/silence']],
  ])('is too short if it holds %s', async (_what, clips) => {
    expect(await heard(...clips)).toEqual({ kind: 'too-short', spokenSeconds: expect.any(Number) as number });
  });

  test.each([
    ['one after the other', ['librispeech/1089-134686-0000', 'jfk/jfk']],
    ['in turns', ['dictation/joe_s001', 'jfk/jfk', 'dictation/joe_s003']],
    ['in a conversation', ['medical/MSK0001-opening']],
  ])('is refused if two people speak %s', async (_how, clips) => {
    expect(await heard(...clips)).toEqual({ kind: 'several-voices' });
  });

  test('is not heard if the encoder has no time', async () => {
    const heard = await enrolVoice(await recordingOf(JOE), () => Promise.resolve(undefined));
    expect(heard).toEqual({ kind: 'not-heard' });
  });
});

let opened: Promise<VoiceEncoder> | undefined;

function shippedEncoder(): Promise<VoiceEncoder> {
  return (opened ??= openVoiceEncoder());
}

async function heard(...clips: readonly string[]): Promise<HeardVoice> {
  const encoder = await shippedEncoder();
  return enrolVoice(await recordingOf(clips), async (window) => {
    const [embedded] = await encoder.embed([Float32Array.from(window, (sample) => sample / 32_768)]);
    return embedded;
  });
}

/** The clips with short pauses between them, in pieces as a decoder gives them. */
async function recordingOf(clips: readonly string[]): Promise<AsyncIterable<Float32Array>> {
  const speech = await Promise.all(clips.map(loadSpeech));
  const samples = join(speech.flatMap((clip) => [clip.samples, silence(0.2)]));
  return (async function* () {
    for (let at = 0; at < samples.length; at += 7_001)
      yield await Promise.resolve(samples.slice(at, at + 7_001));
  })();
}

async function embedding(clip: string): Promise<Float32Array> {
  const { samples } = await loadSpeech(clip);
  const [embedded] = await (await shippedEncoder()).embed([samples.slice(24_000, 48_000)]);
  return embedded ?? new Float32Array();
}

function voiceOf(heardVoice: HeardVoice): Float32Array {
  if (heardVoice.kind !== 'one-voice') throw new Error(`it was ${heardVoice.kind}`);
  return heardVoice.voice;
}

function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? NaN), 0);
}
