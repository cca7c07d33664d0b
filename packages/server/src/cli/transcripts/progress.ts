import { clearLine, cursorTo } from 'node:readline';
import { SingleBar } from 'cli-progress';

/** How far the transcription of several recordings has come, shown on a terminal. */
export interface Progress {
  /** Recording `index` has been heard for `seconds`; its length is undefined if it is not known yet. */
  heard(index: number, seconds: number, duration: number | undefined): void;
  done(index: number): void;
  /** Prints something else on the same terminal without tearing the bar. */
  interrupt(print: () => void): void;
  stop(): void;
}

/** A bar on `stream` for this many recordings; nothing where the stream is no terminal. */
export function showProgress(stream: NodeJS.WriteStream, recordings: number): Progress {
  if (!stream.isTTY) return SILENT;

  const shares = new Array<number>(recordings).fill(0);
  const seconds = new Array<number>(recordings).fill(0);
  const startedAt = performance.now();
  let finished = 0;
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {finished} of {recordings} | {heard} of audio, {speed} times real time',
    stream,
    barsize: 24,
    clearOnComplete: true,
    forceRedraw: true,
    hideCursor: true,
    linewrap: false,
  });
  const payload = (): object => {
    const heard = sum(seconds);
    const speed = heard / Math.max(0.001, (performance.now() - startedAt) / 1_000);
    return { finished, recordings, heard: minutes(heard), speed: speed.toFixed(1) };
  };
  bar.start(recordings, 0, payload());
  return {
    heard(index, heardSeconds, duration) {
      seconds[index] = heardSeconds;
      shares[index] = duration === undefined || duration === 0 ? 0 : Math.min(1, heardSeconds / duration);
      bar.update(sum(shares), payload());
    },
    done(index) {
      shares[index] = 1;
      finished += 1;
      bar.update(sum(shares), payload());
    },
    interrupt(print) {
      clearLine(stream, 0);
      cursorTo(stream, 0);
      print();
    },
    stop: () => bar.stop(),
  };
}

const SILENT: Progress = {
  heard: () => undefined,
  done: () => undefined,
  interrupt: (print) => print(),
  stop: () => undefined,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')} min`;
}
