import {
  allWindows,
  createDiarization,
  createVoices,
  labelRecording,
  type FinalHypothesis,
  type VoiceWindow,
  type Voices,
} from '@auscult/asr';
import { distribution, type Distribution } from '../measure/distribution.js';
import { scoreSpeakers, type SpokenTurn } from '../score/speaker-score.js';

/** A recording whose words are known with their times, and who said what. */
export interface Interview {
  readonly id: string;
  /** 16 kHz, mono. */
  readonly pcm: Int16Array;
  readonly finals: readonly FinalHypothesis[];
  readonly turns: readonly SpokenTurn[];
}

/** Figures of one recording, with the speakers asked for. */
export interface SpeakerFigures {
  readonly id: string;
  readonly speakers: 'auto' | number;
  readonly live: LabelFigures;
  readonly record: LabelFigures;
  /** Words whose label was revised, each time it was, and such messages a minute. */
  readonly revisedWords: number;
  readonly revisionsPerMinute: number;
  /** From the end of a final to the last change of a label in it, seconds of the recording. */
  readonly settled: Distribution | undefined;
  /** What finding and labelling took for each final, milliseconds. */
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

/** Labels words that were recognised before, as a live stream does, final by final, and as a recording does. */
export async function measureSpeakers(
  interviews: readonly Interview[],
  asked: readonly ('auto' | number)[],
  onDone: () => void,
): Promise<{ readonly figures: readonly SpeakerFigures[]; readonly cost: EmbeddingCost }> {
  const voices = createVoices({ timeoutSeconds: 120 });
  const figures: SpeakerFigures[] = [];
  const cost = { windows: 0, audioSeconds: 0, wallSeconds: 0 };
  try {
    for (const interview of interviews) {
      const began = performance.now();
      const heard = await embedAll(interview, voices);
      cost.wallSeconds += (performance.now() - began) / 1000;
      cost.windows += heard.flat().length;
      cost.audioSeconds += interview.finals.reduce((sum, { start, end }) => sum + end - start, 0);
      for (const speakers of asked) figures.push(await labelBothWays(interview, heard, speakers));
      onDone();
    }
  } finally {
    await voices.close();
  }
  return { figures, cost };
}

async function embedAll({ pcm, finals }: Interview, voices: Voices): Promise<readonly VoiceWindow[][]> {
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
  interview: Interview,
  heard: readonly VoiceWindow[][],
  speakers: 'auto' | number,
): Promise<SpeakerFigures> {
  const { id, pcm, finals } = interview;
  const diarization = createDiarization({ speakers });
  const settled = new Map<number, number>();
  const labelMs: number[] = [];
  let revisedWords = 0;
  let messages = 0;
  const live = finals.map((final, at) => {
    const began = performance.now();
    diarization.hear(final.sequence, heard[at] ?? []);
    const labels = diarization.label(final.sequence, final.words);
    labelMs.push(performance.now() - began);
    settled.set(final.sequence, 0);
    const { revised } = diarization.revise();
    if (revised.length > 0) messages++;
    for (const { sequence, start, end } of revised) {
      const earlier = finals.find((candidate) => candidate.sequence === sequence);
      settled.set(sequence, final.end - (earlier?.end ?? final.end));
      revisedWords += earlier?.words.filter((word) => word.start >= start && word.end <= end).length ?? 0;
    }
    return labels.map(({ speaker }) => speaker);
  });
  const windows = new Map(heard.flat().map((window) => [Math.round(window.start * RATE), window.voice]));
  const starts = finals.flatMap((final) => allWindows(final)).map(({ start }) => Math.round(start * RATE));
  starts.sort((a, b) => a - b);
  let next = 0;
  const record = await labelRecording(
    { embedVoice: () => Promise.resolve(windows.get(starts[next++] ?? -1)) },
    () => inChunks(pcm),
    finals,
    { speakers },
  );
  return {
    id,
    speakers,
    live: figuresOf(interview, live.flat()),
    record: figuresOf(
      interview,
      record.flatMap(({ words }) => words.map(({ speaker }) => speaker)),
    ),
    revisedWords,
    revisionsPerMinute: messages / (pcm.length / RATE / 60),
    settled: distribution([...settled.values()]),
    labelMs: distribution(labelMs),
  };
}

async function* inChunks(pcm: Int16Array): AsyncGenerator<Float32Array, void> {
  for (let at = 0; at < pcm.length; at += RATE) {
    yield await Promise.resolve(Float32Array.from(pcm.subarray(at, at + RATE), (sample) => sample / 32_768));
  }
}

function figuresOf({ finals, turns }: Interview, labels: readonly (number | undefined)[]): LabelFigures {
  const words = finals.flatMap((final) =>
    final.words.map(({ text }) => ({ text, isShort: final.end - final.start - PADDING < 1 })),
  );
  const score = scoreSpeakers(
    turns,
    words.map(({ text }, at) => ({ text, speaker: labels[at] })),
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

/** The silence that belongs to an utterance, before and after its voice, seconds. */
const PADDING = 0.5;
