import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, parseSettings } from '../../src/page/settings/settings.js';

test('settings come back as they were stored', () => {
  const settings = { ...DEFAULT_SETTINGS, theme: 'dark', twoSpeakers: true, firstName: 'Dr. Ito' } as const;
  expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
});

test.each([null, '', 'no JSON', '[]', '3', '{"theme":"pink","markUnsure":"yes","unknown":1}'])(
  'what cannot be used is as by default: %s',
  (stored) => {
    expect(parseSettings(stored)).toEqual(DEFAULT_SETTINGS);
  },
);
