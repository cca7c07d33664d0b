import { type DecoderListener, type DecoderProcess, startDecoderProcess } from './decoder-process.js';

/** A decoder that is going to be started, and may be ended before it is. */
export interface DecoderToStart {
  /** None before it has started. */
  readonly pid: number | undefined;
  start(listener: DecoderListener): Promise<void>;
  /** Lost where there is no process yet. */
  readonly send: DecoderProcess['send'];
  kill(): void;
}

/** It is not started yet. */
export function createDecoderToStart(): DecoderToStart {
  let process: DecoderProcess | undefined;
  let isKilled = false;
  return {
    get pid() {
      return process?.pid;
    },
    async start(listener) {
      process = await startDecoderProcess(listener);
      if (isKilled) process.kill();
    },
    send: (frame) => process?.send(frame),
    kill() {
      isKilled = true;
      process?.kill();
    },
  };
}
