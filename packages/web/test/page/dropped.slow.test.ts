import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../../../server/test/support/scripted-server.js';
import { until } from '../../../server/test/support/until.js';
import { expectAccessible } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

const LOOPED = /same word kept coming/;

describe.skipIf(chromiumPath === undefined)(
  `words that were shown and then dropped${needsChromium}`,
  { timeout: 120_000 },
  () => {
    test.each(['light', 'dark'] as const)(
      'are replaced by a sentence that says why: %s',
      async (colorScheme) => {
        const server = await startScriptedServer();
        const { page, complaints } = await openPage(server.url, { colorScheme });
        await page.getByRole('button', { name: 'Start' }).click();
        await until(() => server.recognizer.streams.length > 0);
        const [stream] = server.recognizer.streams;
        if (!stream) throw new Error('no stream');
        const line = page.locator('transcript-line');
        /** A partial of audio that is behind all finals. */
        const say = async (text: string) => {
          const before = stream.pushed.length;
          await until(() => stream.pushed.length > before);
          stream.partial(text);
        };

        stream.final('Good morning.');
        await say('thank you');
        await page.getByText('thank you').waitFor();
        await page.getByText('thank you').waitFor();
        stream.drop('invented', true);
        await page.getByText('That was likelier noise than speech.').waitFor();
        expect(await page.getByText('thank you').count()).toBe(0);
        await expectAccessible(page, `with dropped words, ${colorScheme}`);

        // The next words take its place.
        await say('no no no');
        await page.getByText('no no no').waitFor();
        expect(await page.getByText('That was likelier noise than speech.').count()).toBe(0);
        stream.final('No, no. I take warfarin.');
        stream.drop('repetition', true);
        await page.getByText(LOOPED).waitFor();
        await line.nth(1).waitFor();
        expect(await page.getByText('no no no').count()).toBe(0);
        expect((await line.locator('.text').allTextContents()).map((text) => text.trim())).toEqual([
          'Good morning.',
          'No, no. I take warfarin.',
        ]);
        stream.final('Goodbye.');
        await line.nth(2).waitFor();
        expect(await page.getByText(LOOPED).count()).toBe(0);
        expect(complaints).toEqual([]);
      },
    );
  },
);
