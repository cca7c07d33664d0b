import { decodeClips } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import { roomTone } from '../clips/sound.js';
import { coughLike } from './bursts.js';
import type { Conversation, ConversationSet } from './conversation.js';
import { joined } from '../clips/joined.js';
import { overTelephone } from './over-telephone.js';
import { readersOf, type Reader } from './readers.js';
import { spliceConversation } from './splice.js';

/** The conversations of these sets that can be made of the clips; none where the clips for a set are missing. */
export async function makeConversations(
  clips: readonly Clip[],
  sets: readonly ConversationSet[],
  seed: number,
): Promise<readonly Conversation[]> {
  const isWanted = (set: ConversationSet) => sets.includes(set);
  const interviews = isWanted('interviews') || isWanted('telephone') ? await interviewsOf(clips) : [];
  const needReaders = isWanted('dialogues') || isWanted('lone') || isWanted('noise');
  const readers = needReaders ? await readersOf(clips, LEAST_SECONDS) : [];
  return [
    ...(isWanted('interviews') ? interviews : []),
    ...(isWanted('dialogues') ? dialoguesOf(readers, seed) : []),
    ...(isWanted('lone') ? readers.map((reader) => aloneOf(reader, seed)) : []),
    ...(isWanted('noise') ? await noiseOf(clips, readers, seed) : []),
    ...(isWanted('telephone') ? await Promise.all(interviews.map(byTelephone)) : []),
  ];
}

/** Of a reader of whom there is less, too little is left for turns. */
const LEAST_SECONDS = 28;

async function interviewsOf(clips: readonly Clip[]): Promise<Conversation[]> {
  const interviews = clips.filter(({ turnSpeakers }) => turnSpeakers !== undefined);
  return (await decodeClips(interviews)).map(({ clip, pcm }) => {
    const turns = (clip.turns ?? []).map((text, at) => ({ text, speaker: clip.turnSpeakers?.[at] ?? '' }));
    const people = new Set(clip.turnSpeakers).size;
    return { id: clip.id, set: 'interviews', pcm, people, truth: { by: 'words', turns } };
  });
}

/** Two, three and four voices: each reader with those of the next higher pitch. */
function dialoguesOf(readers: readonly Reader[], seed: number): Conversation[] {
  return [2, 3, 4].flatMap((people) =>
    readers.slice(0, 1 - people).map((_, first) => {
      const own = readers.slice(first, first + people);
      const id = `${String(people)} voices: ${own.map(({ name }) => name).join(', ')}, seed ${String(seed)}`;
      return spliceConversation(own, { id, set: 'dialogues', seed: seed * 1_000 + people * 100 + first });
    }),
  );
}

function aloneOf(reader: Reader, seed: number): Conversation {
  return spliceConversation([reader], {
    id: `alone: ${reader.name}, seed ${String(seed)}`,
    set: 'lone',
    seed,
  });
}

/** Noise alone, and between the turns of two people. */
async function noiseOf(
  clips: readonly Clip[],
  readers: readonly Reader[],
  seed: number,
): Promise<Conversation[]> {
  const sounds = [
    ...(await decodeClips(clips.filter(({ kind }) => kind === 'noise'))).map(({ pcm }) => pcm),
    ...[1, 2, 3].map(coughLike),
  ];
  const alone: Conversation = {
    id: 'noise alone',
    set: 'noise',
    pcm: joined(sounds.flatMap((sound) => [sound, roomTone(1).pcm])),
    people: 0,
    truth: { by: 'time', turns: [] },
  };
  const pairs = readers.slice(1).map((_, first) => readers.slice(first, first + 2));
  const between = pairs.slice(0, PAIRS_IN_NOISE).map((pair, at) =>
    spliceConversation(pair, {
      id: `noise between: ${pair.map(({ name }) => name).join(', ')}, seed ${String(seed)}`,
      set: 'noise',
      seed: seed * 1_000 + at,
      between: sounds.filter((_, number) => number % PAIRS_IN_NOISE === at),
    }),
  );
  return [alone, ...between];
}

const PAIRS_IN_NOISE = 3;

async function byTelephone(interview: Conversation): Promise<Conversation> {
  return {
    ...interview,
    id: `${interview.id} by telephone`,
    set: 'telephone',
    pcm: await overTelephone(interview.pcm),
  };
}
