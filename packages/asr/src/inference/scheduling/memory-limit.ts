/** The memory of a place's processes, one after another, and whether it has become too much. */
export interface MemoryLimit {
  /** What was last heard, bytes. */
  readonly residentBytes: number;
  /** Whether the process is to have no more work. */
  readonly isExceeded: boolean;
  /** Another process was started. */
  started(): void;
  /** The process has loaded its model, and has as much as that takes. */
  loaded(bytes: number): void;
  /** Its work has changed, or it has told how much it has: ends it if that was too much at any time and it is idle. */
  weigh(bytes?: number): void;
}

/** The process whose memory is limited. */
export interface LimitedProcess {
  readonly isIdle: () => boolean;
  readonly end: () => void;
}

/** A process that has grown too large ends when its work is done. */
export function createMemoryLimit(limitBytes: number, { isIdle, end }: LimitedProcess): MemoryLimit {
  let residentBytes = 0;
  let isExceeded = false;
  return {
    get residentBytes() {
      return residentBytes;
    },
    get isExceeded() {
      return isExceeded;
    },
    started() {
      isExceeded = false;
    },
    loaded(bytes) {
      residentBytes = bytes;
    },
    weigh(bytes = residentBytes) {
      residentBytes = bytes;
      if (bytes > limitBytes) isExceeded = true;
      if (isExceeded && isIdle()) end();
    },
  };
}
