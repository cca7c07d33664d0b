import { describe, expect, onTestFinished, test } from 'vitest';
import { noFirefox, openInFirefox, pressButton, textsOf } from '../../../elements/test/support/firefox.js';
import { startRealServer } from '../../../server/test/support/real-server.js';
import { writeSpeech } from '../support/speech-file.js';

describe.skipIf(noFirefox !== undefined)(
  `the page in Firefox${noFirefox === undefined ? '' : ` (skipped: ${noFirefox})`}`,
  { timeout: 180_000 },
  () => {
    test('speech becomes text, in the language of the browser and without a complaint', async () => {
      const speech = await writeSpeech(['jfk/jfk'], 3);
      onTestFinished(speech.remove);
      const server = await startRealServer('--workers', '1');
      const { page, complaints } = await openInFirefox(server.url, { speech: speech.path, language: 'fr' });
      await pressButton(page, 'Démarrer');
      await textsOf(page, '.partial');
      await textsOf(page, '.said-here .text');
      await pressButton(page, 'Arrêter');
      // The button is named so once all text is there.
      await pressButton(page, 'Démarrer');
      await pressButton(page, 'Arrêter');
      const heard = (await textsOf(page, '.said-here .text')).join(' ');
      expect(heard).toMatch(/fellow americans?/i);
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr');
      expect(complaints).toEqual([]);
    });
  },
);
