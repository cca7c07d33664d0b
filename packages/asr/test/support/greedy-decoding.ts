import type { DecoderBatch } from '../../src/decoding/decoder-batch.js';
import type { ModelGeometry } from '../../src/decoding/model-geometry.js';
import type { HeardToken } from '../../src/decoding/next-token.js';
import type { CrossAttention } from '../../src/decoding/stream-encoder.js';
import { moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { spellWords } from '../../src/text/words.js';

/** What is to be decoded: the audio, and the tokens already known for its beginning. */
export interface DecodingRow {
  readonly cross: CrossAttention;
  readonly prefix: readonly number[];
}

/** Decodes rows together. `joinAt` says before which step each row joins. */
export async function decodeTogether(
  batch: DecoderBatch,
  { startTokens, endToken }: ModelGeometry,
  rows: readonly DecodingRow[],
  joinAt: (row: number) => number = () => 0,
): Promise<readonly (readonly HeardToken[])[]> {
  const results = rows.map((): HeardToken[] => []);
  const accept = (row: number, heard: HeardToken) => {
    const result = results[row] ?? [];
    if (heard.token === endToken || result.length >= TOKEN_LIMIT) batch.leave(row);
    else result.push(heard);
  };
  const joined = new Set<number>();
  for (let step = 0; joined.size < rows.length || batch.size > 0; step++) {
    for (const [row, { cross, prefix }] of rows.entries()) {
      if (joined.has(row) || joinAt(row) > step) continue;
      joined.add(row);
      accept(row, await batch.join(row, cross, [...startTokens, ...prefix]));
    }
    if (batch.size === 0) continue;
    for (const [row, heard] of await batch.step()) accept(row, heard);
  }
  return results;
}

/** The words that they spell. */
export function wordsOfTokens(heard: readonly HeardToken[]): readonly string[] {
  const logProbabilities = heard.map(({ logProbability }) => logProbability);
  return spellWords(tokensOf(heard), logProbabilities, moonshineTokenText).map(({ text }) => text);
}

/** Only the tokens. */
export function tokensOf(heard: readonly HeardToken[]): readonly number[] {
  return heard.map(({ token }) => token);
}

/** Far more than is said in a clip. */
const TOKEN_LIMIT = 120;
