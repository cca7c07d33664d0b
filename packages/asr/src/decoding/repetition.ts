/** Tokens, each with the encoder frame that the decoder listened to most for it. */
export interface PlacedTokens {
  readonly tokens: readonly number[];
  readonly frames: readonly number[];
}

/** The place of the audio whose text is wanted. */
export interface WantedAudio {
  /** The encoder frame that it begins at. */
  readonly firstFrame: number;
  readonly secondsPerFrame: number;
}

/**
 * Nobody repeats themselves faster than this, seconds a token: those who do take 0.1 and more, a decoder that goes in a
 * circle stays where it is (bench `repetition`).
 */
export const SHORTEST_TOKEN_SECONDS = 0.08;

/**
 * Rounds of fewer tokens may be heard all at one place although they were spoken: attention rests on one of several
 * words that sound alike, and catches up with the next that does not.
 */
const LEAST = { tokens: 16, rounds: 3 } as const;

const LONGEST_PHRASE = 12;

/** Rounds of the same tokens up to the last. */
export interface Circle {
  readonly firstToken: number;
  readonly roundTokens: number;
}

/**
 * The circle that a decoder goes in. Whoever says a word many times needs time for it: rounds are a circle where the
 * audio from what was heard before them to the furthest place that they reach is too short to hold them.
 */
export function circleAtEnd({ tokens, frames }: PlacedTokens, audio: WantedAudio): Circle | undefined {
  for (let roundTokens = 1; roundTokens <= LONGEST_PHRASE; roundTokens++) {
    const rounds = roundsAtEnd(tokens, roundTokens);
    const firstToken = tokens.length - rounds * roundTokens;
    if (rounds < LEAST.rounds || tokens.length - firstToken < LEAST.tokens) continue;
    const from = firstToken === 0 ? audio.firstFrame : Math.min(...frames.slice(firstToken - 1));
    const reached = Math.max(...frames.slice(firstToken));
    const seconds = (reached - from) * audio.secondsPerFrame;
    if (seconds < (tokens.length - firstToken) * SHORTEST_TOKEN_SECONDS) return { firstToken, roundTokens };
  }
  return undefined;
}

/** The tokens with one round of each phrase that stands several times in a row. */
export function withoutRounds(tokens: readonly number[]): number[] {
  const once: number[] = [];
  for (const token of tokens) {
    once.push(token);
    for (let length = 1; length <= LONGEST_PHRASE; length++)
      if (roundsAtEnd(once, length) > 1) once.splice(-length);
  }
  return once;
}

function roundsAtEnd(tokens: readonly number[], length: number): number {
  let matched = 0;
  while (matched < tokens.length - length && tokens.at(-1 - matched) === tokens.at(-1 - matched - length))
    matched++;
  return tokens.length < length ? 0 : Math.floor(matched / length) + 1;
}
