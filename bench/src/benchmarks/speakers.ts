import {
  allWindows,
  createDiarization,
  createVoices,
  labelRecording,
  type VoiceWindow,
  type Voices,
} from '@auscult/asr';
import type { Conversation, HeardConversation } from '../conversations/conversation.js';
import { inChunks } from '../conversations/in-chunks.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { scoreSpeakers, scoreSpeakersByTime, type SpeakerScore } from '../score/speaker-score.js';

/** Figures of one recording, with the speakers asked for. */
export interface SpeakerFigures {
  readonly id: string;
  readonly set: Conversation['set'];
  readonly people: number;
  readonly speakers: 'auto' | number;
  readonly live: LabelFigures;
  /** What the live labels are after all revisions. */
  readonly revised: LabelFigures;
  /** The recording as a whole, as an upload or a second pass. */
  readonly record: LabelFigures;
  /** Words whose label was revised, each time it was, and such messages a minute. */
  readonly revisedWords: number;
  readonly revisionsPerMinute: number;
  /** From the end of a final to the last change of a label in it, seconds of the recording. */
  readonly settled: Distribution | undefined;
  /** What finding, labelling and revising took for each final, milliseconds. */
  readonly labelMs: Distribution | undefined;
}

/** How many words went to the wrong speaker. */
interface LabelFigures {
  readonly recognised: number;
  readonly wrong: number;
  /** Of words in utterances of less than a second. */
  readonly shortRecognised: number;
  readonly shortWrong: number;
  readonly speakerErrors: number;
  readonly spoken: number;
  readonly speakers: number;
}

/** What the encoder took. */
export interface EmbeddingCost {
  readonly windows: number;
  readonly audioSeconds: number;
  readonly wallSeconds: number;
}

/**
 * Labels words that were recognised before, as a live stream does, final by final, and as a recording does: with the number of
 * people given, and counted.
 */
export async function measureSpeakers(
  conversations: readonly HeardConversation[],
  onDone: () => void,
): Promise<{ readonly figures: readonly SpeakerFigures[]; readonly cost: EmbeddingCost }> {
  const voices = createVoices({ timeoutSeconds: 120 });
  const figures: SpeakerFigures[] = [];
  const cost = { windows: 0, audioSeconds: 0, wallSeconds: 0 };
  try {
    for (const conversation of conversations) {
      const began = performance.now();
      const heard = await embedAll(conversation, voices);
      cost.wallSeconds += (performance.now() - began) / 1000;
      cost.windows += heard.flat().length;
      cost.audioSeconds += conversation.finals.reduce((sum, { start, end }) => sum + end - start, 0);
      for (const speakers of askedOf(conversation))
        figures.push(await labelBothWays(conversation, heard, speakers));
      onDone();
    }
  } finally {
    await voices.close();
  }
  return { figures, cost };
}

/** Whoever speaks alone dictates, and gives no number. */
function askedOf({ people }: Conversation): readonly ('auto' | number)[] {
  return people > 1 ? [people, 'auto'] : ['auto'];
}

async function embedAll(
  { pcm, finals }: HeardConversation,
  voices: Voices,
): Promise<readonly VoiceWindow[][]> {
  const heard: VoiceWindow[][] = [];
  for (const final of finals) {
    const windows = await Promise.all(
      allWindows(final).map(async (span) => ({
        ...span,
        voice: await voices.embed(pcm.subarray(span.start * RATE, span.end * RATE), {
          stream: 'bench',
          share: [],
          background: true,
        }),
      })),
    );
    heard.push(windows.flatMap(({ voice, ...span }) => (voice ? [{ ...span, voice }] : [])));
  }
  return heard;
}

const RATE = 16_000;

async function labelBothWays(
  conversation: HeardConversation,
  heard: readonly VoiceWindow[][],
  speakers: 'auto' | number,
): Promise<SpeakerFigures> {
  const { id, set, people, pcm, finals } = conversation;
  const diarization = createDiarization({ speakers });
  const settled = new Map<number, number>();
  const labelMs: number[] = [];
  let revisedWords = 0;
  let messages = 0;
  const told = new Map<number, (number | undefined)[]>();
  const live = finals.map((final, at) => {
    const began = performance.now();
    diarization.hear(final.sequence, heard[at] ?? []);
    const labels = diarization.label(final.sequence, final.words);
    settled.set(final.sequence, 0);
    told.set(
      final.sequence,
      labels.map(({ speaker }) => speaker),
    );
    const { revised } = diarization.revise();
    labelMs.push(performance.now() - began);
    if (revised.length > 0) messages++;
    for (const { sequence, start, end, speaker } of revised) {
      const earlier = finals.find((candidate) => candidate.sequence === sequence);
      settled.set(sequence, final.end - (earlier?.end ?? final.end));
      for (const [place, word] of earlier?.words.entries() ?? []) {
        if (word.start < start || word.end > end) continue;
        revisedWords++;
        told.get(sequence)?.splice(place, 1, speaker);
      }
    }
    return labels.map(({ speaker }) => speaker);
  });
  const voices = new Map(heard.flat().map((window) => [keyOf(window), window.voice]));
  const spans = finals.flatMap((final) => allWindows(final)).sort((a, b) => a.start - b.start);
  let next = 0;
  const record = await labelRecording(
    { embedVoice: () => Promise.resolve(voices.get(keyOf(spans[next++]))) },
    () => inChunks(pcm),
    finals,
    { speakers },
  );
  return {
    id,
    set,
    people,
    speakers,
    live: figuresOf(conversation, live.flat()),
    revised: figuresOf(
      conversation,
      finals.flatMap(({ sequence }) => told.get(sequence) ?? []),
    ),
    record: figuresOf(
      conversation,
      record.flatMap(({ words }) => words.map(({ speaker }) => speaker)),
    ),
    revisedWords,
    revisionsPerMinute: messages / (pcm.length / RATE / 60),
    settled: distribution([...settled.values()]),
    labelMs: distribution(labelMs),
  };
}

/** What tells the windows of a recording apart. */
function keyOf(window: Pick<VoiceWindow, 'start' | 'end'> | undefined): string {
  return window ? `${String(window.start)} ${String(window.end)}` : '';
}

function figuresOf(conversation: HeardConversation, labels: readonly (number | undefined)[]): LabelFigures {
  const words = conversation.finals.flatMap((final) =>
    final.words.map((word) => ({ ...word, isShort: final.end - final.start - PADDING < 1 })),
  );
  const score = scoreOf(
    conversation,
    words.map((word, at) => ({ ...word, speaker: labels[at] })),
  );
  const short = score.isRight.filter((isRight, at) => isRight !== undefined && words[at]?.isShort);
  return {
    recognised: score.recognised,
    wrong: score.recognised - score.right,
    shortRecognised: short.length,
    shortWrong: short.filter((isRight) => isRight === false).length,
    speakerErrors: score.speakerErrors,
    spoken: score.spoken,
    speakers: new Set(labels).size,
  };
}

function scoreOf(
  { truth }: HeardConversation,
  words: Parameters<typeof scoreSpeakersByTime>[1],
): SpeakerScore {
  return truth.by === 'words' ? scoreSpeakers(truth.turns, words) : scoreSpeakersByTime(truth.turns, words);
}

/** The silence that belongs to an utterance, before and after its voice, seconds. */
const PADDING = 0.5;
