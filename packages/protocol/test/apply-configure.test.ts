import { expect, test } from 'vitest';
import { applyConfigure } from '../src/apply-configure.js';
import { initialSettings, type SessionSettings } from '../src/recognition-settings.js';

const settings: SessionSettings = {
  ...initialSettings,
  commands: [],
  language: 'en',
  task: 'transcribe',
  refine: 'off',
  writtenForm: 'off',
  dictationCommands: 'off',
  lexicon: 'medical',
  speakers: 'off',
  endpointing: { silenceMs: 500, sentences: 'on', maxUtteranceSeconds: 20 },
};

test('an empty configure changes nothing', () => {
  expect(applyConfigure(settings, { type: 'configure' })).toEqual(settings);
});

test('a configure changes only what it names, also within endpointing', () => {
  const configure = { type: 'configure', partials: false, endpointing: { silenceMs: 900 } } as const;
  expect(applyConfigure(settings, configure)).toEqual({
    ...settings,
    partials: false,
    endpointing: { silenceMs: 900, sentences: 'on', maxUtteranceSeconds: 20 },
  });
});

test('a second configure keeps what the first one set', () => {
  const first = applyConfigure(settings, { type: 'configure', sampleRate: 48_000, channels: 2 });
  expect(applyConfigure(first, { type: 'configure', words: true })).toEqual({
    ...settings,
    sampleRate: 48_000,
    channels: 2,
    words: true,
  });
});
