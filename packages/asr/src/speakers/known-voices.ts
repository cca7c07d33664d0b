import { dot } from './vectors.js';
import type { SpeakerVoice } from './label-words.js';
import type { KnownVoice, RecognisedVoice } from './speaker-findings.js';
import type { VoiceWindow } from './voice-windows.js';

/** Finds known voices among the speakers of a stream. */
export interface KnownVoices {
  /**
   * Which known voices are among these speakers; at most one is each speaker, and each is at most one. To be called whenever the
   * speakers are found anew: a voice that was recognised stays so as long as it may be right.
   */
  recognise(speakers: readonly HeardSpeaker[]): readonly RecognisedVoice[];
  /** The known voices of the speakers that were recognised last. */
  readonly speakers: readonly SpeakerVoice[];
  /** Whether a window is so unlike the known voice of this speaker that it cannot be theirs; false for all others. */
  isUnlike(speaker: number, window: VoiceWindow): boolean;
}

/** A speaker of the stream, whose voice is the mean of their embeddings, of unit length. */
export interface HeardSpeaker extends SpeakerVoice {
  /** Speech that it is the mean of, seconds. */
  readonly seconds: number;
}

/** None is recognised yet. */
export function createKnownVoices(known: readonly KnownVoice[]): KnownVoices {
  let recognised: readonly Match[] = [];
  return {
    recognise(heard) {
      const before = recognised;
      const matches: Match[] = [];
      for (const match of matchesOf(heard, known, before)) {
        const isTaken = matches.some(({ of, by }) => of === match.of || by.speaker === match.by.speaker);
        if (!isTaken && isClear(match, heard, known)) matches.push(match);
      }
      recognised = matches;
      return matches.map(({ of, by }) => ({ name: of.name, speaker: by.speaker }));
    },
    get speakers() {
      return recognised.map(({ of, by }) => ({ speaker: by.speaker, voice: of.voice }));
    },
    isUnlike: (speaker, { start, end, voice }) =>
      end - start >= SHORTEST_UNLIKE &&
      recognised.some(({ of, by }) => by.speaker === speaker && cosineOf(of.voice, voice) < UNLIKE),
  };
}

/**
 * The cosine of a speaker and a known voice from which they are one person. What was heard of somebody for a moment is less like
 * their voice than what was heard for longer, and so is what was heard of somebody else. Of 12.8 s of the same person in another
 * recording 0.1 % are rejected, and of 12.8 s of others 0.03 % accepted; of 1.5 s, 16 % and 0.03 % (docs/decisions/0104).
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

/** Of windows of 1.2 s or more, 0.1 % of those of the same person in another recording are below this, and 90 % of others'. */
const UNLIKE = 0.35;
const SHORTEST_UNLIKE = 1.2;

/** A known voice, and a speaker who may have it. */
interface Match {
  readonly of: KnownVoice;
  readonly by: HeardSpeaker;
  readonly cosine: number;
  /** Whether it was recognised before. */
  readonly isKept: boolean;
}

/** All that may be, those that were recognised before first, then the most alike. */
function matchesOf(
  heard: readonly HeardSpeaker[],
  known: readonly KnownVoice[],
  before: readonly Match[],
): readonly Match[] {
  return known
    .flatMap((of) =>
      heard.map((by) => ({
        of,
        by,
        cosine: cosineOf(of.voice, by.voice),
        isKept: before.some((match) => match.of === of && match.by.speaker === by.speaker),
      })),
    )
    .filter(({ by, cosine, isKept }) => cosine >= (isKept ? STILL : leastCosine(by.seconds)))
    .sort((a, b) => Number(b.isKept) - Number(a.isKept) || b.cosine - a.cosine);
}

/** Whether no other speaker has nearly as much of the voice, and the speaker of no other voice. */
function isClear(
  { of, by, cosine }: Match,
  heard: readonly HeardSpeaker[],
  known: readonly KnownVoice[],
): boolean {
  const others = [
    ...heard.filter(({ speaker }) => speaker !== by.speaker).map(({ voice }) => cosineOf(of.voice, voice)),
    ...known.filter((other) => other !== of).map(({ voice }) => cosineOf(voice, by.voice)),
  ];
  return others.every((other) => other <= cosine - LEAD);
}

/** Of vectors of unit length. Voices of two encoders have nothing in common. */
function cosineOf(one: Float32Array, other: Float32Array): number {
  return one.length === other.length ? dot(one, other) : -1;
}
