import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { languagesOf } from '../../../src/families/whisper/languages.js';
import {
  loadWhisperTokenizer,
  type WhisperTokenizer,
} from '../../../src/families/whisper/whisper-tokenizer.js';
import { writeTokenizerFiles, type SmallVocabulary } from '../../support/random-whisper/tokenizer-files.js';
import { publishedWhisper } from '../../support/shared.js';

const MULTILINGUAL: SmallVocabulary = { languages: 'multilingual', endOfText: 50_257 };
const ENGLISH: SmallVocabulary = { languages: 'english-only', endOfText: 50_256 };
const WITH_CANTONESE: SmallVocabulary = { languages: 'with-cantonese', endOfText: 50_257 };

/** Ids of https://github.com/openai/whisper, tokenizer.py, and of the generation configs of openai/whisper-*. */
const PUBLISHED_MULTILINGUAL = {
  endOfText: 50_257,
  startOfTranscript: 50_258,
  translate: 50_358,
  transcribe: 50_359,
  noSpeech: 50_362,
  noTimestamps: 50_363,
  multilingual: true,
};
const PUBLISHED_ENGLISH = {
  endOfText: 50_256,
  startOfTranscript: 50_257,
  translate: undefined,
  transcribe: undefined,
  noSpeech: 50_361,
  noTimestamps: 50_362,
  multilingual: false,
};

describe('the special tokens', () => {
  test.each([
    ['a multilingual model', MULTILINGUAL, PUBLISHED_MULTILINGUAL],
    ['a model for English', ENGLISH, PUBLISHED_ENGLISH],
    [
      'a model with Cantonese',
      WITH_CANTONESE,
      {
        ...PUBLISHED_MULTILINGUAL,
        translate: 50_359,
        transcribe: 50_360,
        noSpeech: 50_363,
        noTimestamps: 50_364,
      },
    ],
  ] as const)(
    'of %s are those published, whatever its generation config says',
    async (_model, files, ids) => {
      for (const bareGenerationConfig of [false, true]) {
        const tokenizer = await loadSmall({ ...files, bareGenerationConfig });
        expect(tokenizer).toMatchObject(ids);
        expect(tokenizer.suppressedAtBegin).toEqual([220, ids.endOfText]);
      }
    },
  );

  test('of languages go by their tags', async () => {
    const { languages } = await loadSmall(MULTILINGUAL);
    expect([...languages.keys()]).toEqual(languagesOf('multilingual'));
    expect(languages.get('en')).toBe(50_259);
    expect(languages.get('zh')).toBe(50_260);
    expect(languages.get('de')).toBe(50_261);
    expect(languages.get('haw')).toBe(50_352);
    expect(languages.get('su')).toBe(50_357);
    expect((await loadSmall(WITH_CANTONESE)).languages.get('yue')).toBe(50_358);
    expect((await loadSmall({ ...MULTILINGUAL, bareGenerationConfig: true })).languages).toEqual(languages);
    expect((await loadSmall(ENGLISH)).languages.size).toBe(0);
  });

  test('of Hebrew may go by its old tag', async () => {
    const folder = await smallFolder({ ...MULTILINGUAL, bareGenerationConfig: true });
    const file = path.join(folder, 'tokenizer.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('<|he|>', '<|iw|>'));
    expect((await loadWhisperTokenizer(folder)).languages.get('he')).toBe(50_279);
  });

  test('and timestamps have no text', async () => {
    const { textOf, endOfText, noTimestamps } = await loadSmall(MULTILINGUAL);
    for (const token of [-1, 5_000, endOfText, noTimestamps, noTimestamps + 1, noTimestamps + 1_501]) {
      expect(textOf(token)).toEqual({ bytes: new Uint8Array(0), beginsWord: false });
    }
  });
});

describe('text and tokens', () => {
  test('give back each other, in any script', async () => {
    const tokenizer = await loadSmall(MULTILINGUAL);
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...Array.from(' 患者薬をmañanaé🩺👩‍⚕️')), fc.string({ unit: 'grapheme' })),
    });
    fc.assert(
      fc.property(text, (written) => {
        const tokens = tokenizer.encode(written);
        expect(textOfAll(tokenizer, tokens)).toBe(written);
        expect(tokens.every((token) => token < tokenizer.endOfText)).toBe(true);
      }),
    );
  });

  test('stay text where it looks like a special token', async () => {
    const tokenizer = await loadSmall(MULTILINGUAL);
    const text = 'a <|endoftext|><|en|> b';
    expect(Math.max(...tokenizer.encode(text))).toBeLessThan(tokenizer.endOfText);
    expect(textOfAll(tokenizer, tokenizer.encode(text))).toBe(text);
  });

  test('merge pairs, and begin words at spaces', async () => {
    const { encode, textOf } = await loadSmall(MULTILINGUAL);
    const tokens = encode(' the tablets');
    expect(tokens).toHaveLength(2);
    expect(tokens.map((token) => textOf(token).beginsWord)).toEqual([true, true]);
    expect(encode('thequ').map((token) => textOf(token).beginsWord)).not.toContain(true);
  });
});

describe('the suppressed tokens', () => {
  test('are named by the generation config', async () => {
    expect((await loadSmall(MULTILINGUAL)).suppressed).toEqual([1, 2, 7, 50_258]);
  });

  test('are brackets, notes and signs where the config names none', async () => {
    const { suppressed, encode } = await loadSmall({ ...MULTILINGUAL, bareGenerationConfig: true });
    for (const sign of '"#()*+/:;<=>@[]^_`{|}~') expect(suppressed).toContain(encode(sign)[0]);
    for (const spoken of ".,?!'-%&") expect(suppressed).not.toContain(encode(spoken)[0]);
  });
});

describe('a model whose files', () => {
  test.each(['tokenizer.json', 'generation_config.json'])('lack %s is refused by its name', async (name) => {
    const folder = await smallFolder(MULTILINGUAL);
    await rm(path.join(folder, name));
    await expect(loadWhisperTokenizer(folder)).rejects.toMatchObject({
      code: 'model_missing',
      message: expect.stringContaining(path.join(folder, name)) as string,
    });
  });

  test.each([
    ['tokenizer.json', 'is cut off', (text: string) => text.slice(0, text.length / 2)],
    ['tokenizer.json', 'is empty', () => ''],
    ['tokenizer.json', 'is of another kind', () => '{"model":{"vocab":["a"]}}'],
    ['tokenizer.json', 'asks for too much', (text: string) => text.replace('"a":64', '"a":4e9')],
    ['tokenizer.json', 'has a piece that is no bytes', (text: string) => text.replace('"a":', '"患":')],
    [
      'tokenizer.json',
      'lacks a token',
      (text: string) => text.replaceAll('<|startoftranscript|>', '<|start|>'),
    ],
    ['generation_config.json', 'is cut off', (text: string) => text.slice(1)],
    ['generation_config.json', 'is null', () => 'null'],
    [
      'generation_config.json',
      'holds words for numbers',
      (text: string) => text.replace('"suppress_tokens":[', '"suppress_tokens":["one",'),
    ],
  ])('include a %s that %s is refused by its name', async (name, _problem, spoil) => {
    const folder = await smallFolder(MULTILINGUAL);
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8');
    const spoilt = spoil(text);
    expect(spoilt).not.toBe(text);
    await writeFile(file, spoilt);
    await expect(loadWhisperTokenizer(folder)).rejects.toMatchObject({
      code: 'model_corrupt',
      message: expect.stringContaining(file) as string,
      remedy: expect.stringContaining('models pull') as string,
    });
  });
});

describe.skipIf(!existsSync(publishedWhisper))(
  'the published tiny.en (skipped where its files are not)',
  () => {
    test('has the special tokens and languages known of it', async () => {
      expect(await loadWhisperTokenizer(publishedWhisper)).toMatchObject(PUBLISHED_ENGLISH);
      const tokens = JSON.parse(
        await readFile(path.join(publishedWhisper, 'added_tokens.json'), 'utf8'),
      ) as Record<string, number>;
      for (const [index, tag] of languagesOf('multilingual').entries()) {
        expect(tokens[`<|${tag === 'he' ? 'iw' : tag}|>`]).toBe(50_258 + index);
      }
    });

    test('derives the suppressed tokens of the generation config, except special ones', async () => {
      const named = await loadWhisperTokenizer(publishedWhisper);
      const folder = await makeFolder();
      await writeFile(
        path.join(folder, 'tokenizer.json'),
        await readFile(path.join(publishedWhisper, 'tokenizer.json')),
      );
      await writeFile(path.join(folder, 'generation_config.json'), '{}');
      const derived = await loadWhisperTokenizer(folder);
      expect(derived.suppressed).toEqual(named.suppressed.filter((token) => token < named.endOfText));
      expect(derived.suppressedAtBegin).toEqual(named.suppressedAtBegin);
    });

    test('encodes as the reference does', async () => {
      const { encode } = await loadWhisperTokenizer(publishedWhisper);
      // Computed by the Python package `tokenizers` 0.23 from the same file.
      expect(encode(" Hello, it's 2.5 mg of metoprolol.")).toEqual([
        18435, 11, 340, 338, 362, 13, 20, 10527, 286, 1138, 404, 3225, 349, 13,
      ]);
      expect(encode('Sjögren 患者 👩‍⚕️\n')).toEqual([
        50, 73, 9101, 32762, 10545, 224, 96, 38519, 50169, 102, 447, 235, 158, 248, 243, 37929, 198,
      ]);
    });
  },
);

function textOfAll({ textOf }: WhisperTokenizer, tokens: readonly number[]): string {
  return Buffer.concat(tokens.map((token) => textOf(token).bytes)).toString('utf8');
}

async function loadSmall(vocabulary: SmallVocabulary): Promise<WhisperTokenizer> {
  return loadWhisperTokenizer(await smallFolder(vocabulary));
}

async function smallFolder(vocabulary: SmallVocabulary): Promise<string> {
  const folder = await makeFolder();
  await writeTokenizerFiles(folder, vocabulary);
  return folder;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'auscult-tokenizer-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
