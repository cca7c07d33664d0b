import type { Command } from '../../commands.js';

/** Ends a stream of which an empty binary frame was the last: some clients end it so, and Safari sends some by mistake. */
export interface EmptyFrameWatch {
  /** A frame has come. */
  readonly saw: (frame: Buffer, isBinary: boolean) => void;
  /** See `DialectSession`. */
  readonly start: (act: (command: Command) => void) => () => void;
}

/** How long nothing may follow, milliseconds. */
const PATIENCE_MS = 1000;

/** Watches over the frames of a session. `hasAudio` tells whether audio has come. */
export function createEmptyFrameWatch(hasAudio: () => boolean): EmptyFrameWatch {
  let timer: NodeJS.Timeout | undefined;
  let end = (): void => undefined;
  return {
    saw: (frame, isBinary) => {
      clearTimeout(timer);
      if (isBinary && frame.length === 0 && hasAudio()) timer = setTimeout(end, PATIENCE_MS);
    },
    start: (act) => {
      end = () => {
        act({ kind: 'end' });
      };
      return () => {
        clearTimeout(timer);
      };
    },
  };
}
