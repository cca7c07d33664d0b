import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesOfPiece } from '../../../src/families/whisper/byte-pieces.js';
import { languagesOf } from '../../../src/families/whisper/languages.js';

/** A vocabulary with few text tokens, and special tokens in their published order. */
export interface SmallVocabulary {
  readonly languages: Parameters<typeof languagesOf>[0];
  /**
   * The first special token, `<|endoftext|>`: 50,256 in published models that know English alone, 50,257 in all
   * others. Left out, it comes right after the text tokens, of which there are some 400.
   */
  readonly endOfText?: number;
  /** Writes a `generation_config.json` that says nothing. */
  readonly bareGenerationConfig?: boolean;
}

/** Special tokens by their texts, and how many tokens there are, timestamps included. */
export interface SmallVocabularyLayout {
  readonly special: ReadonlyMap<string, number>;
  readonly size: number;
}

/**
 * Writes `tokenizer.json` and `generation_config.json` into a folder, as Whisper models have them. Pairs are merged
 * as they are frequent in a few sentences kept here.
 */
export async function writeTokenizerFiles(
  folder: string,
  vocabulary: SmallVocabulary,
): Promise<SmallVocabularyLayout> {
  const { pieces, merges } = learnPieces();
  const special = specialTokens(vocabulary, vocabulary.endOfText ?? pieces.length);
  const token = (text: string) => special.get(text) ?? NaN;
  const english = vocabulary.languages === 'english-only';
  const tokenizer = {
    version: '1.0',
    added_tokens: [...special].map(([content, id]) => ({ id, content, normalized: false, special: true })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])), merges },
  };
  const languages = languagesOf('with-cantonese').map((tag) => `<|${tag}|>`);
  const generation = {
    is_multilingual: !english,
    no_timestamps_token_id: token('<|notimestamps|>'),
    max_initial_timestamp_index: 50,
    suppress_tokens: [1, 2, 7, token('<|startoftranscript|>')],
    begin_suppress_tokens: [pieces.indexOf(SPACE), token('<|endoftext|>')],
    alignment_heads: [
      [1, 0],
      [1, 1],
    ],
    ...(!english && {
      lang_to_id: Object.fromEntries([...special].filter(([text]) => languages.includes(text))),
      task_to_id: { transcribe: token('<|transcribe|>'), translate: token('<|translate|>') },
    }),
  };
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(
    path.join(folder, 'generation_config.json'),
    JSON.stringify(vocabulary.bareGenerationConfig ? {} : generation),
  );
  return { special, size: token('<|notimestamps|>') + 1 + TIMESTAMPS };
}

/** Models that know English alone carry the language tokens of the others, without Cantonese, and never use them. */
function specialTokens({ languages }: SmallVocabulary, endOfText: number): Map<string, number> {
  const tags = languagesOf(languages === 'english-only' ? 'multilingual' : languages);
  const texts = [
    'endoftext',
    'startoftranscript',
    ...tags,
    'translate',
    'transcribe',
    'startoflm',
    'startofprev',
    languages === 'with-cantonese' ? 'nospeech' : 'nocaptions',
    'notimestamps',
  ];
  return new Map(texts.map((text, index) => [`<|${text}|>`, endOfText + index]));
}

/** All bytes, and the pairs of pieces that come often, the most frequent first. */
function learnPieces(): { readonly pieces: readonly string[]; readonly merges: readonly string[] } {
  let words = SENTENCES.split(/(?= )/u).map((word) => Array.from(pieceOfBytes(Buffer.from(word))));
  const pieces = bytePieces();
  const merges: string[] = [];
  for (;;) {
    const [pair, count] = mostFrequentPair(words);
    if (count < 2) return { pieces, merges };
    merges.push(pair);
    pieces.push(pair.replace(' ', ''));
    words = words.map((word) => mergePair(word, pair));
  }
}

/** Bytes that print come first, as in GPT-2's vocabulary: `!` is 0 and the space 220. */
function bytePieces(): string[] {
  const all = Array.from({ length: 256 }, (_, byte) => pieceOfBytes(Uint8Array.of(byte)));
  return [...all].sort((a, b) => (a < b ? -1 : 1));
}

function mostFrequentPair(words: readonly (readonly string[])[]): readonly [pair: string, count: number] {
  const counts = new Map<string, number>();
  for (const word of words) {
    word.slice(1).forEach((piece, index) => {
      const pair = `${word[index] ?? ''} ${piece}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    });
  }
  return [...counts].reduce<readonly [string, number]>(
    (best, entry) => (entry[1] > best[1] ? entry : best),
    ['', 0],
  );
}

function mergePair(word: readonly string[], pair: string): string[] {
  const merged: string[] = [];
  for (const piece of word) {
    if (`${merged.at(-1) ?? ''} ${piece}` === pair) merged.push((merged.pop() ?? '') + piece);
    else merged.push(piece);
  }
  return merged;
}

/** The characters of pieces that stand for one byte each. */
const characterOf: ReadonlyMap<number, string> = new Map(
  Array.from({ length: 0x200 }, (_, code) => String.fromCharCode(code)).flatMap((character) => {
    const [byte] = bytesOfPiece(character) ?? [];
    return byte === undefined ? [] : [[byte, character] as const];
  }),
);

/** The piece of a single space. */
const SPACE = pieceOfBytes(Buffer.from(' '));

/** Timestamps from 0 to 30 s in steps of 20 ms. */
const TIMESTAMPS = 1_501;

/** Text in several scripts, some of whose characters are cut into several tokens. */
const SENTENCES =
  'The patient takes two tablets of the medicine every morning and one in the evening with the other tablets. ' +
  'There is no pain in the chest and none in the arm, and the patient is taking the tablets as the doctor said. ' +
  'Der Patient nimmt morgens zwei Tabletten und abends eine. Le patient prend deux comprimés le matin. ' +
  'El paciente toma dos pastillas cada mañana y una por la noche. 患者每天早上服用两片药,晚上服用一片药。' +
  '患者は毎朝二錠、毎晩一錠の薬を飲みます。Пациент принимает две таблетки утром и одну таблетку вечером.';

/** The piece that stands for a run of bytes: the other way round than `bytesOfPiece`. */
function pieceOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => characterOf.get(byte)).join('');
}
