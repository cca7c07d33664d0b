import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { VAD_FRAME_SAMPLES } from '../vad/hear-frames.js';
import { loadVoiceActivity } from '../vad/voice-activity.js';
import { isOneVoice } from './one-voice.js';
import { sumOf, toUnitLength } from './vectors.js';
import { VOICE_WINDOW } from './voice-windows.js';

/** What a recording that somebody made of their own voice is found to hold. */
export type HeardVoice =
  /** `voice` is the mean of its embeddings, of unit length. */
  | { readonly kind: 'one-voice'; readonly voice: Float32Array }
  /** It has less than `LEAST_SPOKEN_SECONDS` of speech. */
  | { readonly kind: 'too-short'; readonly spokenSeconds: number }
  /** Parts of it are as unlike each other as two people are, or as one is with and without noise. */
  | { readonly kind: 'several-voices' }
  /** The encoder had no time for it. */
  | { readonly kind: 'not-heard' };

/** Speech from which a voice can be known again, seconds. */
export const LEAST_SPOKEN_SECONDS = 15;

/**
 * Finds the voice in a recording, 16 kHz within ±1. The recording is held in memory until then, so whoever calls this bounds its
 * length. Fails as the recording does.
 */
export async function enrolVoice(
  recording: AsyncIterable<Float32Array>,
  embed: (window: Int16Array) => Promise<Float32Array | undefined>,
): Promise<HeardVoice> {
  const samples = await collect(recording);
  const spans = await spokenSpans(samples);
  const spokenSeconds = spans.reduce((sum, { start, end }) => sum + end - start, 0) / SAMPLE_RATE;
  if (spokenSeconds < LEAST_SPOKEN_SECONDS) return { kind: 'too-short', spokenSeconds };
  const embeddings: Float32Array[] = [];
  for (const window of spans.flatMap((span) => windowsOf(samples, span))) {
    const embedding = await embed(window);
    if (embedding === undefined) return { kind: 'not-heard' };
    embeddings.push(embedding);
  }
  return isOneVoice(embeddings)
    ? { kind: 'one-voice', voice: toUnitLength(sumOf(embeddings)) }
    : { kind: 'several-voices' };
}

/** A stretch of speech, in samples. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** From this probability on, a frame is speech. */
const VOICED = 0.5;

/** Pauses up to this length belong to the speech around them, samples. */
const LONGEST_PAUSE = 0.3 * SAMPLE_RATE;

/** What is shorter tells little of a voice, samples. */
const SHORTEST_SPAN = 0.6 * SAMPLE_RATE;

/** The windows in which voices are told apart, and the longest way from one to the next, samples. */
const WINDOW = VOICE_WINDOW.length * SAMPLE_RATE;
const HOP = VOICE_WINDOW.hop * SAMPLE_RATE;

async function collect(recording: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const chunks: Float32Array[] = [];
  for await (const chunk of recording) chunks.push(chunk);
  const samples = new Float32Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    samples.set(chunk, at);
    at += chunk.length;
  }
  return samples;
}

async function spokenSpans(samples: Float32Array): Promise<readonly Span[]> {
  const followVoice = await loadVoiceActivity();
  const activity = followVoice('voice enrolment');
  const spans: Span[] = [];
  try {
    for (let start = 0; start + VAD_FRAME_SAMPLES <= samples.length; start += VAD_FRAME_SAMPLES) {
      const end = start + VAD_FRAME_SAMPLES;
      if ((await activity.probability(samples.subarray(start, end), true)) < VOICED) continue;
      const last = spans.at(-1);
      if (last === undefined || start - last.end > LONGEST_PAUSE) spans.push({ start, end });
      else spans[spans.length - 1] = { start: last.start, end };
    }
  } finally {
    activity.close();
  }
  return spans.filter(({ start, end }) => end - start >= SHORTEST_SPAN);
}

/** Windows that are spread evenly over a span. */
function windowsOf(samples: Float32Array, { start, end }: Span): readonly Int16Array[] {
  const room = Math.max(0, end - start - WINDOW);
  const steps = Math.ceil(room / HOP);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const from = start + Math.round((room * step) / Math.max(1, steps));
    return inSixteenBits(samples.subarray(from, Math.min(end, from + WINDOW)));
  });
}

function inSixteenBits(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
  );
}
