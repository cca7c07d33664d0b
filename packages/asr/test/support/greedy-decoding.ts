import type { DecoderBatch, Feed, RowOutput } from '../../src/decoding/decoder-batch.js';
import { likeliestToken, type ScoredToken } from '../../src/decoding/next-token.js';
import type { SpeechModel } from '../../src/decoding/speech-model.js';
import type { CrossAttention } from '../../src/decoding/stream-encoder.js';
import { moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { spellWords } from '../../src/text/words.js';
import { plainRequest } from '../../src/decoding/speech-model.js';

/** Audio to decode, and the tokens that are already known for its beginning. */
export interface DecodingRow {
  readonly cross: CrossAttention;
  readonly prefix: readonly number[];
}

/** A token, and the encoder frame to which the decoder paid most attention. */
export interface HeardToken extends ScoredToken {
  readonly frame: number;
}

/** The parts of a model that decoding needs. */
type DecodingRules = Pick<SpeechModel, 'prompt' | 'rules' | 'endToken'>;

/** Decodes rows together. `joinAt` says before which step each row joins. */
export async function decodeTogether(
  batch: DecoderBatch,
  model: DecodingRules,
  rows: readonly DecodingRow[],
  joinAt: (row: number) => number = () => 0,
): Promise<readonly (readonly HeardToken[])[]> {
  const results = rows.map((): HeardToken[] => []);
  const feeds = new Map<number, Feed>();
  const accept = (row: number, output: RowOutput) => {
    const result = results[row] ?? [];
    const heard = likeliestAllowed(model, output, rows[row]?.prefix ?? [], tokensOf(result));
    if (heard.token === model.endToken || result.length >= TOKEN_LIMIT) {
      feeds.delete(row);
      batch.leave(row);
      return;
    }
    result.push(heard);
    feeds.set(row, { token: heard.token, from: row });
  };
  const joined = new Set<number>();
  for (let step = 0; joined.size < rows.length || batch.size > 0; step++) {
    for (const [row, { cross, prefix }] of rows.entries()) {
      if (joined.has(row) || joinAt(row) > step) continue;
      joined.add(row);
      accept(row, await prefill(batch, [row], cross, model.prompt(plainRequest, 'en', prefix)));
    }
    if (batch.size === 0) continue;
    for (const [row, output] of await batch.step(feeds)) accept(row, output);
  }
  return results;
}

/** Reads tokens once, and lets all `rows` join the batch with them. Returns the output after the last token. */
export async function prefill(
  batch: DecoderBatch,
  rows: readonly number[],
  cross: CrossAttention,
  tokens: readonly number[],
): Promise<RowOutput> {
  const prefill = await batch.prefill(cross, tokens);
  batch.join(rows, prefill);
  const [output] = prefill.outputs;
  if (!output) throw new Error('nothing was answered');
  return output;
}

/** The likeliest token that the rules of the model admit. */
export function likeliestAllowed(
  { rules }: DecodingRules,
  { logits, frame }: RowOutput,
  prefix: readonly number[],
  generated: readonly number[],
): HeardToken {
  rules(plainRequest, prefix).restrict(logits, 0, logits.length, generated);
  return { ...likeliestToken(logits), frame };
}

/** The words that the tokens spell. */
export function wordsOfTokens(heard: readonly HeardToken[]): readonly string[] {
  const logProbabilities = heard.map(({ logProbability }) => logProbability);
  return spellWords(tokensOf(heard), logProbabilities, moonshineTokenText).map(({ text }) => text);
}

/** The tokens without their scores. */
export function tokensOf(heard: readonly HeardToken[]): readonly number[] {
  return heard.map(({ token }) => token);
}

/** Far more tokens than any clip has. */
const TOKEN_LIMIT = 120;
