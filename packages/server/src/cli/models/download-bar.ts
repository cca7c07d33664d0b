import { clearLine, cursorTo } from 'node:readline';
import type { DownloadProgress } from '@auscult/asr';
import { SingleBar } from 'cli-progress';
import { megabytes } from './megabytes.js';

/** Does work that may fetch a model, showing a progress bar on `stream` if that is a terminal. */
export async function withDownloadBar<Result>(
  stream: NodeJS.WriteStream,
  work: (onProgress: (progress: DownloadProgress) => void) => Promise<Result>,
): Promise<Result> {
  const bar = stream.isTTY ? createBar(stream) : linesOn(stream);
  try {
    return await work(bar.show);
  } finally {
    bar.stop();
  }
}

interface DownloadBar {
  readonly show: (progress: DownloadProgress) => void;
  readonly stop: () => void;
}

function createBar(stream: NodeJS.WriteStream): DownloadBar {
  const bar = new SingleBar({
    format: '{model} {bar} {percentage}% | {received} of {whole} | {duration_formatted}',
    stream,
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: false,
    etaBuffer: 100,
  });
  let running = false;
  return {
    show(progress) {
      if (progress.kind !== 'received') {
        if (running) {
          clearLine(stream, 0);
          cursorTo(stream, 0);
        }
        stream.write(`${sentence(progress)}\n`);
        return;
      }
      const { model, receivedBytes, totalBytes } = progress;
      const payload = { model, received: megabytes(receivedBytes), whole: megabytes(totalBytes) };
      if (running) bar.update(receivedBytes, payload);
      else bar.start(totalBytes, receivedBytes, payload);
      running = true;
    },
    stop() {
      if (running) bar.stop();
    },
  };
}

/** For files and pipes: lines about what holds up a download, but not about every step. */
function linesOn(stream: NodeJS.WriteStream): DownloadBar {
  let begun = false;
  return {
    show(progress) {
      if (progress.kind !== 'received') {
        stream.write(`${sentence(progress)}\n`);
      } else if (!begun) {
        begun = true;
        stream.write(`fetching ${progress.model}, ${megabytes(progress.totalBytes)}\n`);
      }
    },
    stop: () => undefined,
  };
}

function sentence(progress: Exclude<DownloadProgress, { readonly kind: 'received' }>): string {
  switch (progress.kind) {
    case 'waiting':
      return `another process fetches ${progress.model}; waiting for it`;
    case 'retrying':
      return `${progress.model}: ${progress.file} was interrupted (${progress.code}); again in ${Math.ceil(progress.inSeconds)} s`;
  }
}
