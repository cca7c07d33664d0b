import { roomTone, SAMPLE_RATE } from '../clips/sound.js';
import { randomOf, type Random } from '../power-cuts/random.js';
import type { TimedTurn } from '../score/speaker-score.js';
import type { Conversation } from './conversation.js';
import { joined } from '../clips/joined.js';
import type { Reader } from './readers.js';

/** What is spliced into what a conversation consists of otherwise. */
export interface SpliceOptions {
  readonly id: string;
  readonly set: Conversation['set'];
  readonly seed: number;
  /** Sounds that are no speech, which come between turns, one after another. */
  readonly between?: readonly Int16Array[];
}

/**
 * Has readers take turns of 1 to 8 s, in pauses of up to 1.2 s or none, and with answers of less than a second, as long as there
 * is speech of at least two. Nothing is said twice, and the same seed gives the same conversation.
 */
export function spliceConversation(
  readers: readonly Reader[],
  { id, set, seed, between = [] }: SpliceOptions,
): Conversation {
  const random = randomOf(seed);
  const speech = readers.map(({ name, clips }) => createSpeech(name, clips));
  const sounds = between.values();
  const parts: Int16Array[] = [roomTone(LEAD_SECONDS).pcm];
  const turns: TimedTurn[] = [];
  let samples = parts[0]?.length ?? 0;
  let before: Speech | undefined;

  const add = (part: Int16Array) => {
    parts.push(part);
    samples += part.length;
  };

  for (;;) {
    const able = speech.filter((one) => !one.isSpent && (one !== before || readers.length === 1));
    const next = able[Math.floor(random() * able.length)];
    if (!next) break;
    const turn = next.take(lengthOf(turns.length, random));
    turns.push({
      speaker: next.name,
      start: samples / SAMPLE_RATE,
      end: (samples + turn.length) / SAMPLE_RATE,
    });
    add(turn);
    before = next;
    const sound = sounds.next();
    if (sound.done !== true) add(joined([roomTone(0.3).pcm, sound.value, roomTone(0.3).pcm]));
    else if (random() > NO_PAUSE) add(roomTone(0.2 + random()).pcm);
  }
  add(roomTone(LEAD_SECONDS).pcm);
  return { id, set, pcm: joined(parts), people: readers.length, truth: { by: 'time', turns } };
}

const LEAD_SECONDS = 1;

/** The share of turns that follow at once, and of those that are a short answer. */
const NO_PAUSE = 1 / 3;
const SHORT_ANSWERS = 0.25;

/** The first turns are long, as nobody answers before a question. */
function lengthOf(turn: number, random: Random): number {
  if (turn > 1 && random() < SHORT_ANSWERS) return 0.4 + random() * 0.5;
  return 1 + random() * 7;
}

/** What is left of somebody's speech. */
interface Speech {
  readonly name: string;
  readonly isSpent: boolean;
  /** About so many seconds of it. */
  take(seconds: number): Int16Array;
}

function createSpeech(name: string, clips: readonly Int16Array[]): Speech {
  let left = [...clips];
  return {
    name,
    get isSpent() {
      return left.length === 0;
    },
    take(seconds) {
      const [clip = new Int16Array(), ...rest] = left;
      const end = quietestNear(clip, seconds * SAMPLE_RATE);
      left = clip.length - end < LEAST_SAMPLES ? rest : [clip.subarray(end), ...rest];
      return clip.length - end < LEAST_SAMPLES ? clip : clip.subarray(0, end);
    },
  };
}

/** What is less is not left for a turn of its own. */
const LEAST_SAMPLES = 0.4 * SAMPLE_RATE;

const FRAME = 160;
/** How far from the wanted length a turn may end, as a share of it. */
const TOLERANCE = 0.3;

/** The quietest place at about so many samples, so that few words are cut. */
function quietestNear(pcm: Int16Array, samples: number): number {
  let best = pcm.length;
  let least = Infinity;
  const last = Math.min(pcm.length - 3 * FRAME, samples * (1 + TOLERANCE));
  for (let start = Math.round(samples * (1 - TOLERANCE)); start < last; start += FRAME) {
    let energy = 0;
    for (let at = start; at < start + 3 * FRAME; at++) energy += (pcm[at] as number) ** 2;
    if (energy >= least) continue;
    least = energy;
    best = start + Math.round(1.5 * FRAME);
  }
  return best;
}
