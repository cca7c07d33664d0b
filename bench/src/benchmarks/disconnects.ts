import { createTranscriber } from '@auscult/client';
import { createPacer, type Pacer } from '../load/pacer.js';
import { framesOf, type Track } from '../load/track.js';
import { scoreTracks } from '../measure/stream-score.js';
import { comparableWords } from '../score/comparable-text.js';
import type { KindScore } from '../score/scorecard.js';
import { addWordErrors, countWordErrors, type WordErrors } from '../score/word-errors.js';
import { cuttableSockets, type CuttableSockets } from './cuttable-sockets.js';

/** What became of the same speech over connections that break and over one that does not. */
export interface DisconnectResults {
  readonly streams: number;
  readonly minutes: number;
  readonly cuts: number;
  /** Seconds without a connection, summed over all streams. */
  readonly secondsAway: number;
  readonly uncut: Hearing;
  /** A second uncut run: text differs a little from run to run. */
  readonly again: Hearing;
  readonly cut: Hearing;
}

/** The text of all streams. */
export interface Hearing {
  readonly score: KindScore | undefined;
  /** How it differs from the uncut text, in words. Absent for the uncut text itself. */
  readonly differs?: WordErrors;
  /** Seconds in which finals overlap: audio that was heard twice. */
  readonly overlapSeconds: number;
  /** Seconds that the SDK itself reports as lost. */
  readonly lostSeconds: number;
}

/** How often connections break, and for how long. */
export interface CutPlan {
  /** Cuts of each stream. */
  readonly cuts: number;
  /** Lengths of gaps are drawn log-uniformly. */
  readonly shortestSeconds: number;
  readonly longestSeconds: number;
}

/** Streams each track three times at once, one of them over connections that break. */
export async function measureDisconnects(
  url: string,
  tracks: readonly Track[],
  plan: CutPlan,
): Promise<{ readonly model: string; readonly results: DisconnectResults }> {
  const pacer = createPacer();
  const all = (sockets?: readonly CuttableSockets[]) =>
    Promise.all(tracks.map((track, index) => transcribe(url, track, pacer, sockets?.[index])));
  const sockets = tracks.map(() => cuttableSockets());
  const stop = new AbortController();
  const cutting = tracks.map(({ seconds }, index) =>
    cutNowAndThen(sockets[index], seconds, plan, stop.signal),
  );
  const [uncut, again, cut] = await Promise.all([
    all(),
    all(),
    all(sockets).finally(() => {
      stop.abort();
    }),
  ]);
  const away = await Promise.all(cutting);
  const results: DisconnectResults = {
    streams: tracks.length,
    minutes: tracks.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
    cuts: away.reduce((sum, gaps) => sum + gaps.length, 0),
    secondsAway: away.flat().reduce((sum, gap) => sum + gap, 0),
    uncut: hearing(uncut),
    again: hearing(again, uncut),
    cut: hearing(cut, uncut),
  };
  return { model: 'of the server', results };
}

interface Heard {
  readonly track: Track;
  readonly text: string;
  readonly overlapSeconds: number;
  readonly lostSeconds: number;
}

const FRAME_SECONDS = 0.05;

async function transcribe(
  url: string,
  track: Track,
  pacer: Pacer,
  sockets: CuttableSockets | undefined,
): Promise<Heard> {
  const transcriber = createTranscriber({ url, webSocket: sockets?.webSocket });
  await transcriber.start(inRealTime(track, pacer));
  const { text, segments, lostSeconds } = await transcriber.stop();
  const overlapSeconds = segments.reduce(
    (sum, { start }, index) => sum + Math.max(0, (segments[index - 1]?.end ?? 0) - start),
    0,
  );
  return { track, text, overlapSeconds, lostSeconds };
}

/** Frames as a microphone delivers them. What is not taken in time waits, as in a microphone's buffer. */
async function* inRealTime(track: Track, pacer: Pacer): AsyncGenerator<Int16Array, void> {
  const waiting: Int16Array[] = [];
  const over = new AbortController();
  let wake = (): void => undefined;
  const played = pacer.play(framesOf(track, FRAME_SECONDS), FRAME_SECONDS, (frame) => {
    waiting.push(new Int16Array(frame.buffer, frame.byteOffset, frame.byteLength / 2));
    wake();
    return true;
  });
  void played.then(() => {
    over.abort();
    wake();
  });
  for (;;) {
    yield* waiting.splice(0);
    if (over.signal.aborted && waiting.length === 0) return;
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

/** Cuts at random moments spread over the track; resolves with the gaps at the end of speech. */
async function cutNowAndThen(
  sockets: CuttableSockets | undefined,
  seconds: number,
  { cuts, shortestSeconds, longestSeconds }: CutPlan,
  stopped: AbortSignal,
): Promise<number[]> {
  const planned = Array.from(
    { length: cuts },
    () => shortestSeconds * (longestSeconds / shortestSeconds) ** Math.random(),
  );
  const connected = Math.max(0, seconds - planned.reduce((sum, gap) => sum + gap, 0));
  const done: number[] = [];
  for (const gap of planned) {
    await elapsed((2 * Math.random() * connected) / cuts, stopped);
    if (stopped.aborted) break;
    sockets?.cut();
    await elapsed(gap, stopped);
    sockets?.mend();
    done.push(gap);
  }
  return done;
}

function elapsed(seconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    stopped.addEventListener('abort', end);
  });
}

function hearing(heard: readonly Heard[], reference?: readonly Heard[]): Hearing {
  const words = ({ text }: Heard) => comparableWords(text);
  const differs = reference?.flatMap((uncut, index) => {
    const other = heard[index];
    return other ? [countWordErrors(words(uncut), words(other))] : [];
  });
  return {
    score: scoreTracks(heard),
    ...(differs && { differs: addWordErrors(differs) }),
    overlapSeconds: heard.reduce((sum, { overlapSeconds }) => sum + overlapSeconds, 0),
    lostSeconds: heard.reduce((sum, { lostSeconds }) => sum + lostSeconds, 0),
  };
}
