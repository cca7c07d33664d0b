/** Tokens, each with the encoder frame that the decoder listened to most for it. */
export interface PlacedTokens {
  readonly tokens: readonly number[];
  readonly frames: readonly number[];
}

/**
 * The place of the audio whose text is wanted, encoder frames: the text before it is known, and after it there may be
 * padding.
 */
export interface WantedAudio {
  readonly from: number;
  readonly to: number;
  readonly secondsPerFrame: number;
}

/**
 * Nobody repeats themselves faster than this, seconds per token. Tuned on words and phrases said 5 to 20 times by
 * people and by synthetic voices, who take 0.09 or more, and on loops of Moonshine and Whisper.
 */
export const SHORTEST_TOKEN_SECONDS = 0.08;

/**
 * The fewest repeated tokens and rounds that count as a loop. Fewer may all be heard in one place although they were spoken:
 * attention stays on one of several words that sound alike, and catches up at the next that does not.
 */
const LEAST = { tokens: 16, rounds: 3 } as const;

/** This many tokens that get no further than this were not spoken: people got 1.6 s further, and loops 0. */
const STUCK = { tokens: 32, seconds: 0.5 } as const;

const LONGEST_PHRASE = 12;

/** Rounds of the same tokens up to the end, where the last may be incomplete. */
export interface Loop {
  readonly firstToken: number;
  readonly roundTokens: number;
}

/**
 * The loop that a decoder has got into. To say a word many times takes time: rounds are a loop if the audio between
 * what was heard before them and the furthest place that they reach is too short to hold them, or if many of them get
 * no further.
 */
export function loopAtEnd({ tokens, frames }: PlacedTokens, audio: WantedAudio): Loop | undefined {
  for (let roundTokens = 1; roundTokens <= LONGEST_PHRASE; roundTokens++) {
    const length = repeatingAtEnd(tokens, roundTokens);
    if (length < LEAST.tokens || length < LEAST.rounds * roundTokens) continue;
    const firstToken = tokens.length - length;
    const before = frames[firstToken - 1] ?? audio.from;
    const tail = frames.slice(firstToken);
    return isTooFast(before, tail, audio) || isStuck(before, tail, audio)
      ? { firstToken, roundTokens }
      : undefined;
  }
  return undefined;
}

function isTooFast(before: number, tail: readonly number[], audio: WantedAudio): boolean {
  const seconds = (furthest(tail, audio) - Math.min(before, ...tail)) * audio.secondsPerFrame;
  return seconds < tail.length * SHORTEST_TOKEN_SECONDS;
}

function isStuck(before: number, tail: readonly number[], audio: WantedAudio): boolean {
  if (tail.length < STUCK.tokens) return false;
  const reachedBefore = furthest([Math.min(before, audio.to), ...tail.slice(0, -STUCK.tokens)], audio);
  const seconds = (furthest(tail.slice(-STUCK.tokens), audio) - reachedBefore) * audio.secondsPerFrame;
  return seconds < STUCK.seconds;
}

/** The furthest frame within the audio: a decoder that is lost listens to what comes after it. */
function furthest(frames: readonly number[], { from, to }: WantedAudio): number {
  return Math.max(from, ...frames.filter((frame) => frame <= to));
}

/** The tokens, with only one round of each phrase that is repeated. */
export function withoutRounds(tokens: readonly number[]): number[] {
  const once: number[] = [];
  for (const token of tokens) {
    once.push(token);
    for (let length = 1; length <= LONGEST_PHRASE; length++)
      if (repeatingAtEnd(once, length) >= 2 * length) once.splice(-length);
  }
  return once;
}

/**
 * How many tokens at the end are rounds of `roundTokens` tokens; the first of them may be incomplete at its
 * beginning.
 */
function repeatingAtEnd(tokens: readonly number[], roundTokens: number): number {
  let matched = 0;
  while (
    matched < tokens.length - roundTokens &&
    tokens.at(-1 - matched) === tokens.at(-1 - matched - roundTokens)
  )
    matched++;
  return Math.min(tokens.length, matched + roundTokens);
}
