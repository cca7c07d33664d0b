import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../../../server/test/support/scripted-server.js';
import { until } from '../../../server/test/support/until.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

describe.skipIf(chromiumPath === undefined)(`a doubtful word${needsChromium}`, { timeout: 120_000 }, () => {
  test('is marked whatever its confidence, and can be replaced by an alternative with the keyboard', async () => {
    const server = await startScriptedServer();
    server.recognizer.doubts = {
      glyphosate: { alternatives: [{ text: 'glipizide', confidence: 0.45 }], doubtful: true },
    };
    const { page, complaints } = await openPage(server.url);
    await page.getByRole('button', { name: 'Start' }).click();
    await until(() => server.recognizer.streams.length > 0);
    server.recognizer.streams[0]?.final('Stop glyphosate today.');
    const line = page.locator('transcript-line').first();
    const word = line.getByRole('button', { name: /^glyphosate, unsure, may be glipizide/ });
    await word.focus();
    await page.keyboard.press('Enter');
    await line.getByRole('button', { name: 'glipizide' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await line.getByText('Heard: “Stop glyphosate today.”').waitFor({ state: 'attached' });
    expect((await line.locator('.text').textContent())?.trim()).toBe('Stop glipizide today.');
    expect(await line.locator('.unsure').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
