import { weighTurns, type SpokenWord } from './turn-taking.js';
import { dot } from './vectors.js';
import { VOICE_WINDOW, type TimeSpan, type VoiceWindow } from './voice-windows.js';

/** A voice, and whose it is. */
export interface SpeakerVoice {
  readonly speaker: number;
  readonly voice: Float32Array;
}

/** Who said a word. */
export interface WordSpeaker {
  readonly speaker: number;
  /** By how much its windows, and the words around it, speak more for this speaker than for the next. */
  readonly lead: number;
}

/**
 * Who said each word, by the windows of its utterance: the nearer a window is to the middle of a word, the more it counts. Speakers
 * seldom change within a sentence.
 */
export function labelWords(
  words: readonly SpokenWord[],
  windows: readonly VoiceWindow[],
  voices: readonly SpeakerVoice[],
): (WordSpeaker | undefined)[] {
  if (windows.length === 0 || voices.length === 0) return words.map(() => undefined);
  const speakers = [...new Set(voices.map(({ speaker }) => speaker))];
  const likeness = likenessOf(windows, voices, speakers);
  const scores = words.map((word) => scoresAt(middleOf(word), windows, likeness, speakers.length));
  return weighTurns(words, scores).map((weighed) => bestOf(weighed, speakers));
}

/** Of each window to each speaker, row by row; to the voice that is most alike where a speaker has several. */
function likenessOf(
  windows: readonly VoiceWindow[],
  voices: readonly SpeakerVoice[],
  speakers: readonly number[],
): Float64Array {
  const likeness = new Float64Array(windows.length * speakers.length).fill(-1);
  for (const { speaker, voice } of voices) {
    const column = speakers.indexOf(speaker);
    for (const [row, window] of windows.entries()) {
      const at = row * speakers.length + column;
      likeness[at] = Math.max(likeness[at] as number, dot(voice, window.voice));
    }
  }
  return likeness;
}

/** The mean likeness to each speaker of the windows near a time. */
function scoresAt(
  time: number,
  windows: readonly VoiceWindow[],
  likeness: Float64Array,
  speakers: number,
): Float64Array {
  const scores = new Float64Array(speakers);
  let total = 0;
  for (const [row, window] of windows.entries()) {
    const weight = nearness(window, time);
    total += weight;
    for (let at = 0; at < speakers; at++)
      scores[at] = (scores[at] as number) + weight * (likeness[row * speakers + at] as number);
  }
  return scores.map((score) => score / total);
}

function bestOf(scores: Float64Array, speakers: readonly number[]): WordSpeaker {
  let best = 0;
  for (let at = 1; at < scores.length; at++) if ((scores[at] as number) > (scores[best] as number)) best = at;
  let next = -1;
  for (let at = 0; at < scores.length; at++) if (at !== best) next = Math.max(next, scores[at] as number);
  return { speaker: speakers[best] ?? 0, lead: (scores[best] as number) - next };
}

/** The middle of a stretch of time. */
export function middleOf({ start, end }: TimeSpan): number {
  return (start + end) / 2;
}

/** Falls to 0 where a window is farther away than the next; a little remains, so that each word has a speaker. */
function nearness(window: TimeSpan, at: number): number {
  return Math.max(0.02, 1 - Math.abs(middleOf(window) - at) / VOICE_WINDOW.hop);
}
