import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, parseSettings } from '../../src/page/settings/settings.js';

test('stored settings are read back unchanged', () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    theme: 'dark',
    speakers: '3',
    twoSpeakers: true,
    firstName: 'Dr. Ito',
  } as const;
  expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
});

test.each([null, '', 'no JSON', '[]', '3', '{"theme":"pink","speakers":"7","markUnsure":"yes","unknown":1}'])(
  'invalid stored settings give the defaults: %s',
  (stored) => {
    expect(parseSettings(stored)).toEqual(DEFAULT_SETTINGS);
  },
);
