import { dot } from './vectors.js';

/** A window by which speakers are found. */
export interface FoundingWindow {
  readonly voice: Float32Array;
  /** How much speech it stands for, seconds. */
  readonly seconds: number;
  /** The speaker that a person gave it to. */
  readonly pinned?: number | undefined;
}

/** The windows of a session by which its speakers are found, and how alike each two of them are. */
export interface FoundingWindows {
  /** Takes the next one, and gives its place. In a long session, one from before leaves that place. */
  add(window: FoundingWindow): number;
  /** Puts another in the place of a window: the same voice, told apart otherwise. */
  pin(voice: Float32Array, speaker: number): void;
  readonly windows: readonly FoundingWindow[];
  /** The cosine of windows `a` and `b` is at `a · stride + b`. */
  readonly likeness: Float32Array;
  readonly stride: number;
}

/**
 * The windows that are kept, of the latest and of all before. They bound the memory and the time that finding speakers takes; 600
 * windows are eight minutes of speech (bench `speakers`).
 */
export const MOST_FOUNDING = { latest: 300, earlier: 300 } as const;

const MOST = MOST_FOUNDING.latest + MOST_FOUNDING.earlier;

/** Has no windows yet. `random` gives numbers from 0 to 1. */
export function createFoundingWindows(random: () => number = seededRandom()): FoundingWindows {
  const windows: FoundingWindow[] = [];
  /** The places of the latest windows, in the order of time. */
  const latest: number[] = [];
  const earlier: number[] = [];
  /** How many have left the latest. */
  let passed = 0;
  let stride = 64;
  let likeness = new Float32Array(stride * stride);

  const grow = () => {
    const larger = Math.min(MOST, stride * 2);
    const matrix = new Float32Array(larger * larger);
    for (let row = 0; row < windows.length; row++)
      matrix.set(likeness.subarray(row * stride, row * stride + windows.length), row * larger);
    likeness = matrix;
    stride = larger;
  };

  const put = (window: FoundingWindow, place: number) => {
    windows[place] = window;
    for (let other = 0; other < windows.length; other++) {
      const cosine = dot(window.voice, (windows[other] as FoundingWindow).voice);
      likeness[place * stride + other] = cosine;
      likeness[other * stride + place] = cosine;
    }
  };

  /** The place that the window which leaves the latest frees: its own, or that of an earlier one, whose place it takes. */
  const freePlace = (): number => {
    const leaving = latest.shift() as number;
    passed++;
    if (earlier.length < MOST_FOUNDING.earlier) {
      earlier.push(leaving);
      return windows.length;
    }
    // Each of the earlier windows stays with the same probability, however long the session is.
    const drawn = Math.floor(random() * passed);
    const replaced = drawn < earlier.length ? (earlier[drawn] as number) : leaving;
    if (drawn < earlier.length) earlier[drawn] = leaving;
    return replaced;
  };

  return {
    add(window) {
      const place = latest.length < MOST_FOUNDING.latest ? windows.length : freePlace();
      if (place === stride) grow();
      put(window, place);
      latest.push(place);
      return place;
    },
    pin(voice, speaker) {
      const place = windows.findIndex((window) => window.voice === voice);
      const window = windows[place];
      if (window) windows[place] = { ...window, pinned: speaker };
    },
    windows,
    get likeness() {
      return likeness;
    },
    get stride() {
      return stride;
    },
  };
}

/** The same numbers in each session, so that labels can be repeated (Park and Miller). */
function seededRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
