import type { Utterance } from '../clips/utterances.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { startFasterWhisper, type FasterWhisper } from '../peers/faster-whisper.js';
import { comparableWords } from '../score/comparable-text.js';
import { startOwnEngine, type OwnEngine } from './own-engine.js';

/** The cost of single utterances, each on one thread. */
export interface CostResults {
  readonly utterances: number;
  /** Length of each utterance. */
  readonly seconds: number;
  readonly rounds: number;
  /** Where the utterances begin in their clips, seconds. */
  readonly places: readonly { readonly id: string; readonly start: number }[];
  readonly lines: readonly CostLine[];
  /**
   * Memory of the inference process after the first and the last round. Repeated lengths should need no more
   * (docs/decisions/0013).
   */
  readonly residentBytes: { readonly first: number; readonly last: number };
}

/** One way to have an utterance recognised. All times in seconds, over all utterances and rounds. */
interface CostLine {
  readonly what: string;
  /** Processor time of all threads. Absent without `/proc/PID/task/TID/schedstat`. */
  readonly processor?: Distribution | undefined;
  /** From the audio to its text. Absent for the inference process, which does only part of the work. */
  readonly wall?: Distribution | undefined;
  /** Words recognised in one round. */
  readonly words: number;
}

/** How to measure. */
export interface CostOptions {
  /** Name or folder; the server's default if absent. */
  readonly model?: string | undefined;
  /** Length of each utterance, seconds. */
  readonly seconds: number;
  /** How often each utterance is recognised each way. */
  readonly rounds: number;
  /** Whether faster-whisper also recognises the same utterances. */
  readonly peer: boolean;
}

/**
 * Recognises the same utterances each way, in turn, so that other load on the machine affects all alike.
 *
 * @param onDone called after each utterance and round
 */
export async function measureUtteranceCost(
  utterances: readonly Utterance[],
  { model, seconds, rounds, peer }: CostOptions,
  onDone: () => void,
): Promise<{ readonly model: string; readonly results: CostResults }> {
  const own = await startOwnEngine(model);
  let whisper: FasterWhisper | undefined;
  try {
    if (peer) whisper = await startFasterWhisper(1);
    const ways = [ownWay(own), ...(whisper === undefined ? [] : peerWays(whisper))];
    // Costs that only the first request has are not part of an utterance's cost.
    for (const way of ways) for (const { pcm } of utterances.slice(0, 1)) await way(pcm);
    const costs: Cost[] = [];
    const residentBytes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const [index, { pcm }] of utterances.entries()) {
        for (const way of rotated(ways, round + index)) costs.push(...(await way(pcm)));
        onDone();
      }
      residentBytes.push(own.residentBytes());
    }
    const results: CostResults = {
      utterances: utterances.length,
      seconds,
      rounds,
      places: utterances.map(({ clip, start }) => ({ id: clip.id, start })),
      lines: summarise(costs, rounds),
      residentBytes: { first: residentBytes[0] ?? 0, last: residentBytes.at(-1) ?? 0 },
    };
    return { model: whisper === undefined ? own.model : `${own.model} and ${whisper.model}`, results };
  } finally {
    await Promise.all([own.close(), whisper?.stop()]);
  }
}

/** The row of faster-whisper with its defaults, with which the others are compared. */
export const PEER_DEFAULT = 'faster-whisper int8, beam 5';

const PEER_GREEDY = 'faster-whisper int8, beam 1';
const OWN_INFERENCE = 'Auscult, inference process';
const OWN_WHOLE = 'Auscult, voice detection and inference';

/** The cost of one utterance in one way of decoding. */
interface Cost {
  readonly what: string;
  readonly processorSeconds: number | undefined;
  readonly wallSeconds: number | undefined;
  readonly text: string;
}

/** Recognises an utterance. Returns several costs if both the parts and their sum are counted. */
type Way = (pcm: Int16Array) => Promise<readonly Cost[]>;

function ownWay(engine: OwnEngine): Way {
  return async (pcm) => {
    const { text, inferenceSeconds, processorSeconds, wallSeconds } = await engine.recognise(pcm);
    return [
      { what: OWN_INFERENCE, processorSeconds: inferenceSeconds, wallSeconds: undefined, text },
      { what: OWN_WHOLE, processorSeconds, wallSeconds, text },
    ];
  };
}

function peerWays(whisper: FasterWhisper): Way[] {
  const ways = [
    { what: PEER_DEFAULT, beams: undefined },
    { what: PEER_GREEDY, beams: 1 },
  ];
  return ways.map(({ what, beams }) => async (pcm) => [
    { what, ...(await whisper.transcribe({ pcm }, beams)) },
  ]);
}

/** The same items, rotated each time, so that none always has to go first. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function summarise(costs: readonly Cost[], rounds: number): CostLine[] {
  const lines = [OWN_INFERENCE, OWN_WHOLE, PEER_DEFAULT, PEER_GREEDY];
  return lines.flatMap((what) => {
    const of = costs.filter((cost) => cost.what === what);
    if (of.length === 0) return [];
    const words = of.reduce((sum, { text }) => sum + comparableWords(text).length, 0);
    return [
      {
        what,
        processor: distribution(of.flatMap(({ processorSeconds: seconds }) => seconds ?? [])),
        wall: distribution(of.flatMap(({ wallSeconds: seconds }) => seconds ?? [])),
        words: words / rounds,
      },
    ];
  });
}
