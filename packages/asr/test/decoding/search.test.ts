import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RowOutput } from '../../src/decoding/decoder-batch.js';
import {
  createSearch,
  logProbabilityWithTerms,
  type Hypothesis,
  type SearchEnd,
  type SearchOptions,
} from '../../src/decoding/search.js';
import { firstTokensOnly, type TokenRules } from '../../src/decoding/token-rules.js';
import type { TermMatcher } from '../../src/terms/term-match.js';

const END = 0;

/** A fake decoder: the logits of the token after those said so far, one for each token of the vocabulary. */
type Speaker = (said: readonly number[]) => readonly number[];

/** Logits that follow from the last two tokens. The first token is the end. */
const markovModel = fc
  .record({ tokens: fc.integer({ min: 2, max: 4 }), seed: fc.array(logit(), { minLength: 100 }) })
  .map(({ tokens, seed }): Speaker => {
    return (said) =>
      Array.from({ length: tokens }, (_, token) => {
        const place = (said.at(-1) ?? tokens) * 31 + (said.at(-2) ?? tokens) * 7 + token;
        return seed[place % seed.length] ?? 0;
      });
  });

/** More beams than there are texts of three tokens out of three, so that no text is given up. */
const ENOUGH_BEAMS = 50;

describe('a greedy search', () => {
  test('takes the likeliest token each time, until that is the end', () => {
    fc.assert(
      fc.property(markovModel, (model) => {
        const found = search(model, { maxTokens: 20 });
        found.tokens.forEach((token, index) => {
          const logits = model(found.tokens.slice(0, index));
          expect(logits[token]).toBe(Math.max(...logits));
        });
        if (found.stopped === 'end') expect(model(found.tokens)[END]).toBe(Math.max(...model(found.tokens)));
      }),
    );
  });

  test('reports the probability of each token and of the end, and the frame of each', () => {
    fc.assert(
      fc.property(markovModel, (model) => {
        expectConsistent(search(model, { maxTokens: 20 }), model);
      }),
    );
  });
});

describe('a search at a temperature', () => {
  test('is one row, whatever the beams, and is reproducible', () => {
    fc.assert(
      fc.property(markovModel, fc.double({ min: 0.2, max: 1, noNaN: true }), (model, temperature) => {
        const options = { maxTokens: 20, temperature, beams: 5 };
        expect(createSearch({ ...DEFAULTS, ...options }).rows).toBe(1);
        const found = search(model, options);
        expect(search(model, options)).toEqual(found);
        expectConsistent(found, model);
      }),
    );
  });

  test('draws other tokens than the likeliest', () => {
    const even: Speaker = (said) => [said.length < 12 ? -9 : 9, 0.1, 0, 0, 0, 0, 0, 0];
    const drawn = search(even, { temperature: 1, maxTokens: 40 });
    expect(drawn.tokens).toHaveLength(12);
    expect(new Set(drawn.tokens).size).toBeGreaterThan(3);
  });
});

describe('a beam search', () => {
  test('with enough beams finds the complete text with the best mean log-probability', () => {
    fc.assert(
      fc.property(markovModel, (model) => {
        const found = search(model, { beams: ENOUGH_BEAMS, maxTokens: 4 });
        const all = everyText(model, 3).filter((text) => model(text)[END] === Math.max(...model(text)));
        expect(found.stopped).toBe(all.length > 0 ? 'end' : 'length');
        if (all.length === 0) return;
        const best = Math.max(...all.map((text) => meanOf(text, model)));
        expect(meanOf(found.tokens, model)).toBeCloseTo(best, 5);
      }),
    );
  });

  test('with enough beams is never worse than a greedy search that came to its end', () => {
    fc.assert(
      fc.property(markovModel, (model) => {
        const greedy = search(model, { maxTokens: 4 });
        fc.pre(greedy.stopped === 'end');
        const found = search(model, { beams: ENOUGH_BEAMS, maxTokens: 4 });
        expect(meanOf(found.tokens, model)).toBeGreaterThanOrEqual(meanOf(greedy.tokens, model) - 1e-5);
      }),
    );
  });

  test('finds a likely text behind a token that is not the likeliest', () => {
    // After 1 nothing is likely; after 2 the end is certain.
    const model: Speaker = (said) =>
      said[0] === undefined ? [-9, 1, 0.8] : said[0] === 1 ? [0, 0, 0] : [9, 0, 0];
    expect(search(model, { maxTokens: 5 }).tokens[0]).toBe(1);
    expect(search(model, { maxTokens: 5, beams: 2 }).tokens).toEqual([2]);
  });

  test('gives tokens the probabilities and frames of their own row', () => {
    fc.assert(
      fc.property(markovModel, fc.integer({ min: 2, max: 5 }), (model, beams) => {
        expectConsistent(search(model, { maxTokens: 12, beams }), model);
      }),
    );
  });

  test('prefers a text that ended to one that did not', () => {
    // One continuation is nearly certain and never ends.
    const model: Speaker = (said) =>
      said.length === 0 ? [-9, 5, 0] : said[0] === 1 ? [-9, 0, 0.5] : [1, 0, 0];
    const found = search(model, { maxTokens: 6, beams: 3 });
    expect(found).toMatchObject({ stopped: 'end', tokens: [2] });
  });
});

describe('a beam search with terms', () => {
  // Tokens 1 and 2 are a term; 3 is what the model hears instead, and is followed by anything.
  const heard: Speaker = (said) => {
    switch (said.at(-1)) {
      case undefined:
        return [-9, 0, -9, 1];
      case 1:
        return [-2, -9, 0, 0.5];
      default:
        return [3, 0, 0, 0];
    }
  };
  const termOf = (bonus: number): TermMatcher => {
    const none = { node: undefined, settled: 0, pending: 0, whole: undefined, counted: [] };
    return {
      start: none,
      onward: () => new Map(),
      beginnings: () => new Map([[1, 1]]),
      next: (match, token) => {
        if (token === 1) return { ...match, node: 1, pending: bonus / 2 };
        const whole = match.node === 1 && token === 2;
        return { ...none, settled: match.settled + (whole ? bonus : 0) };
      },
      end: ({ settled }) => ({ ...none, settled }),
    };
  };

  test('finds a term that is nearly as likely, and not one that is much less likely', () => {
    expect(search(heard, { maxTokens: 5, beams: 2 }).tokens).toEqual([3]);
    expect(search(heard, { maxTokens: 5, beams: 2, terms: termOf(3) }).tokens).toEqual([1, 2]);
    expect(search(heard, { maxTokens: 5, beams: 2, terms: termOf(0.5) }).tokens).toEqual([3]);
  });

  test('reports probabilities without the bonus of the term', () => {
    expectConsistent(search(heard, { maxTokens: 5, beams: 2, terms: termOf(3) }), heard);
  });

  test('continues a term that the former text has begun', () => {
    const terms = termOf(3);
    const first = search(heard, { maxTokens: 5, beams: 2, terms });
    const former = { hypothesis: first, from: 1 };
    expect(search(heard, { maxTokens: 5, beams: 2, terms, former })).toEqual(first);
  });

  test('gives a text with a term the bonus of the term on top of its log-probability', () => {
    const found = search(heard, { maxTokens: 5, beams: 2, terms: termOf(3) });
    const without = found.logProbabilities.reduce((sum, value) => sum + value, found.endLogProbability);
    expect(logProbabilityWithTerms(found, termOf(3))).toBeCloseTo(without + 3, 5);
  });
});

describe.each([2, 5])('a search of %i beams that continues a former text', (beams) => {
  test('goes on behind the kept tokens, and returns the whole text', () => {
    fc.assert(
      fc.property(markovModel, fc.nat({ max: 20 }), (model, place) => {
        const hypothesis = search(model, { maxTokens: 20 });
        const from = place % (hypothesis.tokens.length + 1);
        const found = search(model, { maxTokens: 20, beams, former: { hypothesis, from } });
        if (found.stopped === 'repetition') return;
        expect(found.tokens.slice(0, from)).toEqual(hypothesis.tokens.slice(0, from));
        expectLikely(found, model);
      }),
    );
  });

  // Each token is certain, except the first, which may be 1 or 2.
  const counting: Speaker = (said) =>
    Array.from({ length: 40 }, (_, token) => {
      if (token === END) return said.length === 30 ? 9 : -9;
      if (said.length === 0) return token === 1 ? 4 : token === 2 ? 3.9 : -9;
      return token === said.length + 2 ? 9 : -9;
    });
  const heard = search(counting, {});

  test('takes over the rest of the former text once it has rejoined it', () => {
    const former = { hypothesis: { ...heard, tokens: [2, ...heard.tokens.slice(1)] }, from: 0 };
    const { hypothesis, rejoined, steps } = run(counting, { beams, former });
    expect(hypothesis.tokens).toEqual(heard.tokens);
    expect(rejoined).toBe(heard.tokens.length - steps);
    expect(steps).toBe(5);
    expectLikely(hypothesis, counting);
  });

  test('runs to its own end where it never rejoins the former text', () => {
    const hypothesis = { ...heard, tokens: heard.tokens.map(() => 39) };
    const { rejoined, ...found } = run(counting, { beams, former: { hypothesis, from: 0 } });
    expect(found.hypothesis).toEqual(heard);
    expect(rejoined).toBe(0);
  });

  test('rejoins repeated words at those heard at the same time', () => {
    const twice: Speaker = (said) => counting(said.length > 12 ? [0, ...said.slice(12)] : said);
    const whole = search(twice, { maxTokens: 60 });
    const { hypothesis, rejoined } = run(twice, { beams, former: { hypothesis: whole, from: 13 } });
    expect(hypothesis).toEqual(whole);
    expect(rejoined).toBe(whole.tokens.length - 18);
  });

  test('does not rejoin within a term', () => {
    const within: TermMatcher = {
      start: { node: undefined, settled: 0, pending: 0, whole: undefined, counted: [] },
      onward: () => new Map(),
      beginnings: () => new Map(),
      next: (match, token) => ({ ...match, pending: token === 20 ? 0 : 1 }),
      end: (match) => match,
    };
    const { steps } = run(counting, { beams, terms: within, former: { hypothesis: heard, from: 0 } });
    expect(heard.tokens[steps - 1]).toBe(20);
  });
});

describe.each([1, 2, 5])('a search of %i beams', (beams) => {
  test('chooses nothing that the rules forbid, and passes them all tokens so far', () => {
    const seen: (readonly number[])[] = [];
    const rules: TokenRules = {
      restrict(logits, offset, _length, generated) {
        seen.push(generated);
        // Every token but the end at most once.
        for (const token of generated) logits[offset + token] = -Infinity;
      },
    };
    for (const temperature of [0, 0.7]) {
      const found = search(() => [-2, 3, 2, 1, 0], { rules, beams, temperature });
      expect(found.stopped).toBe('end');
      expect(new Set(found.tokens).size).toBe(found.tokens.length);
      expect(seen).toContainEqual(found.tokens);
    }
  });

  test('that goes round in a loop keeps one round of it', () => {
    const found = search((said) => [-Infinity, -9, ...(said.length % 2 === 0 ? [9, -9] : [-9, 9])], {
      beams,
    });
    expect(found).toMatchObject({ stopped: 'repetition', tokens: [2, 3], endLogProbability: -Infinity });
    expect(found.logProbabilities).toHaveLength(2);
    expect(found.frames).toHaveLength(2);
  });

  test('reports where in the audio a loop was', () => {
    const { lostIn } = search((said) => [-Infinity, -9, ...(said.length === 0 ? [9, -9] : [-9, 9])], {
      beams,
    });
    const heard = Array.from({ length: 16 }, (_, index) => frameOf([2, ...copies(3, index)]));
    const [, middle] = [...heard].sort((one, other) => one - other).slice(7);
    expect(lostIn).toEqual({ from: frameOf([]), to: middle });
  });

  test('goes on with repetitions for as long as the audio moves on with them', () => {
    const counted: Speaker = (said) => (said.length < 60 ? [-9, 9, -9] : [9, -9, -9]);
    // Each token is heard a frame of 0.2 s behind the one before.
    const found = search(counted, {
      beams,
      maxTokens: 10,
      mostTokens: 200,
      audio: { from: 0, to: 100, secondsPerFrame: 0.2 },
      frameOf: (said) => said.length,
    });
    expect(found).toMatchObject({ stopped: 'end', tokens: copies(1, 60) });
  });

  test('never exceeds the most tokens of all', () => {
    const endless = {
      beams,
      maxTokens: 10,
      mostTokens: 25,
      audio: { from: 0, to: 100, secondsPerFrame: 0.2 },
      frameOf: (said: readonly number[]) => said.length,
    };
    expect(search(() => [-9, 9], endless)).toMatchObject({ stopped: 'length', tokens: copies(1, 25) });
  });

  test('does not end without a token where speech is known to be present', () => {
    const silent: Speaker = (said) => (said.length === 0 ? [9, 1, 0] : [9, 0, 0]);
    const found = search(silent, { beams, speaks: true });
    expect(found).toMatchObject({ stopped: 'end', tokens: [1] });
    // Its probability is still the low one that the decoder gives it.
    expect(found.logProbabilities[0]).toBeLessThan(-7);
  });

  test('that does not end is cut at its most tokens', () => {
    const counting: Speaker = (said) =>
      Array.from({ length: 40 }, (_, token) => (token === said.length + 1 ? 9 : token === END ? -9 : 0));
    const found = search(counting, { beams, maxTokens: 30 });
    expect(found).toMatchObject({ stopped: 'length', endLogProbability: -Infinity });
    expect(found.tokens).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test('may end without a token', () => {
    expect(search(() => [9, 0, 0], { beams }).tokens).toEqual([]);
  });
});

test('the rule for the first tokens forbids all others and leaves their logits as they are', () => {
  const logits = Float32Array.of(7, /* the row */ 1, 2, 3, 4, /* the next */ 7);
  firstTokensOnly(2).restrict(logits, 1, 4, []);
  expect([...logits]).toEqual([7, 1, 2, -Infinity, -Infinity, 7]);
  firstTokensOnly(9).restrict(logits, 0, 6, []);
  expect(logits[5]).toBe(7);
});

/** Frames so short that no word fits in all of them, seconds. */
const NO_TIME = 1e-5;

const DEFAULTS: SearchOptions = {
  rules: { restrict: () => undefined },
  endToken: END,
  maxTokens: 100,
  mostTokens: 200,
  audio: { from: 0, to: 1_009, secondsPerFrame: NO_TIME },
  beams: 1,
  temperature: 0,
};

/** How a search is tried, and where its tokens are heard. */
type Trial = Partial<SearchOptions> & { readonly frameOf?: (said: readonly number[]) => number };

function copies(token: number, count: number): number[] {
  return new Array<number>(count).fill(token);
}

function search(model: Speaker, options: Trial): Hypothesis {
  return run(model, options).hypothesis;
}

/** Runs a search to its end, and counts its steps. As in a decoder, rows read the tokens that the search feeds them. */
function run(model: Speaker, options: Trial): SearchEnd & { readonly steps: number } {
  const running = createSearch({ ...DEFAULTS, mostTokens: options.maxTokens ?? 200, ...options });
  const { hypothesis, from = 0 } = options.former ?? {};
  let rows: readonly (readonly number[])[] = [hypothesis?.tokens.slice(0, from) ?? []];
  for (let steps = 1; ; steps++) {
    const step = running.advance(rows.map((said) => outputOf(model, said, options.frameOf)));
    if (step.kind === 'ended') return { ...step, steps };
    expect(step.feeds).toHaveLength(running.rows);
    rows = step.feeds.map(({ token, from: row }) => [...(rows[row] ?? []), token]);
  }
}

function outputOf(model: Speaker, said: readonly number[], placeOf = frameOf): RowOutput {
  return { logits: Float32Array.from(model(said)), frame: placeOf(said) };
}

/** A frame that differs between rows. */
function frameOf(said: readonly number[]): number {
  return said.reduce((hash, token) => (hash * 31 + token + 1) % 1_009, 7);
}

/** Checks that frames and probabilities of a hypothesis are those that the model gives. */
function expectConsistent(found: Hypothesis, model: Speaker) {
  expect(found.frames).toEqual(found.tokens.map((_, index) => frameOf(found.tokens.slice(0, index))));
  expectLikely(found, model);
}

/** Checks the probabilities of the tokens of a hypothesis. */
function expectLikely(
  { tokens, frames, logProbabilities, endLogProbability, stopped }: Hypothesis,
  model: Speaker,
) {
  expect(frames).toHaveLength(tokens.length);
  expect(logProbabilities).toHaveLength(tokens.length);
  logProbabilities.forEach((value, index) => {
    expect(value).toBeCloseTo(logProbability(model(tokens.slice(0, index)), tokens[index] ?? NaN), 4);
  });
  if (stopped === 'end') expect(endLogProbability).toBeCloseTo(logProbability(model(tokens), END), 4);
}

/** All texts of at most `longest` tokens. */
function everyText(model: Speaker, longest: number): number[][] {
  const tokens = model([])
    .map((_, token) => token)
    .filter((token) => token !== END);
  const texts: number[][] = [[]];
  for (const text of texts) if (text.length < longest) texts.push(...tokens.map((token) => [...text, token]));
  return texts;
}

/** The mean logarithm of the probabilities of a text's tokens and of its end. */
function meanOf(text: readonly number[], model: Speaker): number {
  const steps = [...text, END].map((token, index) => logProbability(model(text.slice(0, index)), token));
  return steps.reduce((sum, value) => sum + value, 0) / steps.length;
}

function logProbability(logits: readonly number[], token: number): number {
  return (logits[token] ?? NaN) - Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
}

function logit() {
  return fc.float({ min: -5, max: 5, noNaN: true });
}
