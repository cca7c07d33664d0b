import type { KnownVoice, RecognisedVoice } from './speaker-findings.js';

/** Finds known voices among the speakers of a stream. */
export interface KnownVoices {
  /**
   * Which known voices are among these speakers; at most one is each speaker, and each is at most one. To be called whenever the
   * speakers are found anew: a voice that was recognised stays so as long as it may be right.
   */
  recognise(speakers: readonly HeardSpeaker[]): readonly RecognisedVoice[];
}

/** A speaker of the stream. */
export interface HeardSpeaker {
  readonly speaker: number;
  /** The mean of their embeddings, of unit length. */
  readonly voice: Float32Array;
  /** Speech that it is the mean of, seconds. */
  readonly seconds: number;
}

/** None is recognised yet. */
export function createKnownVoices(known: readonly KnownVoice[]): KnownVoices {
  /** The speaker of each voice that is recognised, by name. */
  let recognised = new Map<string, number>();
  return {
    recognise(speakers) {
      const candidates = candidatesAmong(speakers, known, recognised);
      const next = new Map<string, number>();
      for (const candidate of candidates) {
        const isTaken = next.has(candidate.name) || [...next.values()].includes(candidate.speaker);
        if (!isTaken && isClear(candidate, speakers, known)) next.set(candidate.name, candidate.speaker);
      }
      recognised = next;
      return [...next].map(([name, speaker]) => ({ name, speaker }));
    },
  };
}

/**
 * The cosine of a speaker and a known voice from which they are one person. What was heard of somebody for a moment is less like
 * their voice than what was heard for longer, and so is what was heard of somebody else. Of 12.8 s of speech of
 * the same person in another recording 0.1 % are rejected, and of 12.8 s of others 0.03 % accepted; of 1.5 s 16 % and 0.03 %
 * (docs/decisions/0104).
 */
function leastCosine(seconds: number): number {
  const part = (seconds - BRIEF.seconds) / (LONG.seconds - BRIEF.seconds);
  return BRIEF.cosine + (LONG.cosine - BRIEF.cosine) * Math.min(1, Math.max(0, part));
}

const BRIEF = { seconds: 1.5, cosine: 0.6 } as const;
const LONG = { seconds: 6, cosine: 0.72 } as const;

/** A speaker who was recognised before is the same voice down to this cosine, so that no name comes and goes. */
const STILL = 0.6;

/** By how much the best speaker must be more like a voice than the next, and the best voice more like a speaker. */
const LEAD = 0.1;

interface Candidate extends RecognisedVoice {
  readonly cosine: number;
  readonly wasRecognised: boolean;
}

/** Pairs of voices and speakers that may be one person, those that were recognised before first, then the most alike. */
function candidatesAmong(
  speakers: readonly HeardSpeaker[],
  known: readonly KnownVoice[],
  recognised: ReadonlyMap<string, number>,
): readonly Candidate[] {
  return known
    .flatMap(({ name, voice }) =>
      speakers.map((heard) => ({
        name,
        speaker: heard.speaker,
        cosine: cosineOf(voice, heard.voice),
        wasRecognised: recognised.get(name) === heard.speaker,
        least: recognised.get(name) === heard.speaker ? STILL : leastCosine(heard.seconds),
      })),
    )
    .filter(({ cosine, least }) => cosine >= least)
    .sort((a, b) => Number(b.wasRecognised) - Number(a.wasRecognised) || b.cosine - a.cosine);
}

/** Whether nobody else is nearly as likely. */
function isClear(
  { name, speaker, cosine }: Candidate,
  speakers: readonly HeardSpeaker[],
  known: readonly KnownVoice[],
): boolean {
  const own = {
    voice: known.find((each) => each.name === name),
    heard: speakers.find((each) => each.speaker === speaker),
  };
  const others = [
    ...speakers.filter((each) => each !== own.heard).map(({ voice }) => cosineOf(voice, own.voice?.voice)),
    ...known.filter((each) => each !== own.voice).map(({ voice }) => cosineOf(voice, own.heard?.voice)),
  ];
  return others.every((other) => other <= cosine - LEAD);
}

/** Of vectors of unit length. Voices of two encoders have nothing in common. */
function cosineOf(one: Float32Array, other: Float32Array | undefined): number {
  if (one.length !== other?.length) return -1;
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}
