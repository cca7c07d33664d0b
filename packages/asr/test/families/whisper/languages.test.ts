import { expect, test } from 'vitest';
import { languagesOf, whisperLanguages, wordBreaksOf } from '../../../src/families/whisper/languages.js';

test('a model knows English alone, 99 languages, or Cantonese as well', () => {
  expect(languagesOf('english-only')).toEqual(['en']);
  expect(languagesOf('multilingual')).toHaveLength(99);
  expect(languagesOf('multilingual')).not.toContain('yue');
  expect(languagesOf('with-cantonese')).toHaveLength(100);
});

test('tags are those of the language subtag registry, but for Javanese', () => {
  const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  for (const tag of whisperLanguages.keys()) {
    if (tag !== 'jw') expect(names.of(tag)).toBeDefined();
  }
});

test('each character begins a word in languages without spaces', () => {
  const unspaced = [...whisperLanguages.keys()].filter((tag) => wordBreaksOf(tag) === 'characters');
  expect(unspaced.sort()).toEqual(['ja', 'lo', 'my', 'th', 'yue', 'zh']);
});
