import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import type { TokenText } from '../../text/token-text.js';
import { bytesOfPiece } from './byte-pieces.js';
import { corruptModelFile, parseModelJson, readModelFile, validModelJson } from './model-json.js';

/** The content of a `tokenizer.json` of byte-level byte-pair encoding. */
export interface TokenizerFile {
  /** Tokens that stand for no text, by their names in the file, such as `<|endoftext|>`. */
  readonly special: ReadonlyMap<string, number>;
  /** The text of a token; without bytes if there is none. */
  readonly textOf: (token: number) => TokenText;
  /** The tokens of a text by byte-pair merges, never special ones. The first call takes 0.3 s to prepare. */
  readonly encode: (text: string) => readonly number[];
}

/** Reads a `tokenizer.json`. Throws `model_missing` or `model_corrupt`, with the file's name. */
export async function readTokenizerFile(file: string): Promise<TokenizerFile> {
  const bytes = await readModelFile(file);
  const parse = () => validModelJson(file, tokenizerSchema, parseModelJson(file, bytes));
  const { model, added_tokens: added } = parse();
  const special = new Map(added.map(({ content, id }) => [content, id]));
  let encoder: PairEncoder | undefined;
  return {
    special,
    textOf: createTextOf(file, model.vocab, new Set(special.values())),
    encode(text) {
      // Few callers ever encode. Until one does, only the file's bytes are kept, a fifth of the size of the parsed
      // vocabulary.
      encoder ??= createEncoder(parse());
      return encoder.encode(text, { add_special_tokens: false }).ids;
    },
  };
}

type TokenizerJson = z.infer<typeof tokenizerSchema>;

/** The part of the package that is used. Its own declarations import each other in a way that Node does not resolve. */
interface PairEncoder {
  readonly encode: (
    text: string,
    options: { readonly add_special_tokens: boolean },
  ) => { readonly ids: readonly number[] };
}

/** Makes an encoder without special tokens, so that a text cannot name one. */
function createEncoder({ model }: TokenizerJson): PairEncoder {
  const Encoder = Tokenizer as new (file: object, settings: object) => PairEncoder;
  return new Encoder(
    {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      model: { ...model, type: 'BPE' },
      post_processor: null,
      decoder: null,
    },
    {},
  );
}

/** All tokens' bytes one after another: 0.5 MB for 50,000 tokens. */
function createTextOf(
  file: string,
  vocabulary: TokenizerJson['model']['vocab'],
  special: ReadonlySet<number>,
): (token: number) => TokenText {
  const pieces: Uint8Array[] = [];
  for (const [piece, token] of Object.entries(vocabulary)) {
    const bytes = special.has(token) ? NO_BYTES : bytesOfPiece(piece);
    if (!bytes) throw corruptModelFile(file, `its token ${token} does not stand for bytes`);
    pieces[token] = bytes;
  }
  const ends = new Uint32Array(pieces.length);
  let end = 0;
  for (let token = 0; token < pieces.length; token++) ends[token] = end += pieces[token]?.length ?? 0;
  const text = new Uint8Array(end);
  pieces.forEach((bytes, token) => {
    text.set(bytes, (ends[token] ?? 0) - bytes.length);
  });
  return (token) => {
    const bytes = text.subarray(ends[token - 1] ?? 0, ends[token] ?? 0);
    return { bytes, beginsWord: bytes[0] === SPACE };
  };
}

const NO_BYTES = new Uint8Array(0);
const SPACE = 0x20;

/** Far above the size of any vocabulary; bounds the memory that a damaged file can ask for. */
const token = z.int().min(0).max(1_000_000);

const tokenizerSchema = z.object({
  model: z.object({
    vocab: z.record(z.string(), token),
    merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
  }),
  added_tokens: z.array(z.object({ id: token, content: z.string() })),
});
