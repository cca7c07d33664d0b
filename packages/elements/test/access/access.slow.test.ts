import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from '../../../web/test/support/accessible.js';
import { launchChromium, noChromium } from '../../../web/test/support/chromium.js';
import { serveElements, type ElementPages } from '../support/element-page.js';
import { hear, hearFinals, scriptTranscript } from '../support/scripted-transcript.js';
import { sayFinal, sayPartial, scriptDictation } from '../support/scripted-dictation.js';
import { segmentOf } from '../transcript/segment-of.js';

const LOOKS = ['en', 'de', 'fr', 'es'].flatMap((lang) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ lang, colorScheme })),
);
const DOUBTFUL = { doubtful: true, alternatives: [{ text: '15', confidence: 0.4 }] } as const;
const SAID = segmentOf('Give 50 mg. Thank you.', {
  speakers: [0, 0, 0, 1],
  words: { '50': DOUBTFUL },
});

describe.skipIf(noChromium !== undefined)(`the elements${noChromium ? `: ${noChromium}` : ''}`, () => {
  let pages: ElementPages;
  let browser: Browser;

  beforeAll(async () => {
    pages = await serveElements();
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await pages.stop();
    };
  });

  test.each(LOOKS)(
    'have no barrier in any state, in $lang and $colorScheme',
    { timeout: 120_000 },
    async ({ lang, colorScheme }) => {
      const page = await browser.newPage({ colorScheme });
      await page.goto(pages.urlOf(bodyIn(lang)));
      await page.evaluate(() => {
        // Otherwise axe takes every page for white.
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('html { background: Canvas; color: CanvasText; color-scheme: light dark; }');
        document.adoptedStyleSheets.push(sheet);
      });
      const check = async (state: string): Promise<void> => {
        if (colorScheme === 'light') await expectAccessible(page, `${state}, ${lang}, light`);
        else expect(await lowContrasts(page), `${state}, ${lang}, dark`).toEqual([]);
      };
      await page.evaluate(axe.source);
      await page.route('**/api/v1/**', (route) =>
        route.fulfill({ status: 403, json: { error: { code: 'forbidden', retryable: false } } }),
      );
      await scriptTranscript(page);
      await page.locator('auscult-transcript [part=empty]').waitFor();
      await check('nothing said');

      await hear(page, 'partial', segmentOf('Give'));
      await hearFinals(page, SAID);
      await hear(page, 'partial', segmentOf('And then', { sequence: 1, speakers: [0] }));
      await page.locator('[part=line]').nth(1).waitFor();
      await check('lines');
      await press(page, '[part=correct]');
      await check('a line is corrected');
      await page.locator('auscult-transcript [part=field]').first().fill('Give 15 mg.');
      await press(page, '[part=save]');
      await page.locator('[part=again]').waitFor();
      await press(page, '[part=correct]');
      await check('a corrected line is corrected again');
      await press(page, '[part=cancel]');
      await press(page, 'button[part=speaker]');
      await check('a speaker is named');
      await press(page, '[part=cancel]');
      await press(page, '[part=move]');
      await press(page, '[part=some]');
      await press(page, '[part=pick]');
      await check('words are given to somebody else');
      await press(page, '[part=cancel]');
      await hearFinals(page, { ...SAID, sequence: 2 });
      await press(page, '[part=doubtful]');
      await check('a word is doubtful');

      await page.locator('textarea').first().focus();
      await scriptDictation(page);
      await sayPartial(page, 'Give 50', 0);
      await check('dictating');
      await sayFinal(page, { text: 'Give 50 mg.', sequence: 0, words: SAID.words?.slice(0, 3) });
      await check('dictated');
      await page.evaluate(() => {
        window.say('problem', { code: 'connection_lost', message: 'The server cannot be reached.' });
        window.say('state', { kind: 'reconnecting', reason: 'connection_lost', bufferedSeconds: 1 });
      });
      await check('away');
      await page.close();
    },
  );

  test('have a tree for screen readers that says what they show', async () => {
    const page = await browser.newPage();
    await page.goto(pages.urlOf('<auscult-transcript lang="en"></auscult-transcript>'));
    const start = page.locator('auscult-transcript');
    await start.getByRole('button', { name: 'Start' }).waitFor();
    expect(await start.ariaSnapshot()).toBe(
      [
        '- button "Start"',
        '- status',
        '- log "Transcript":',
        '  - paragraph: What is said appears here.',
        '- status',
      ].join('\n'),
    );
    await scriptTranscript(page);
    await hearFinals(page, SAID);
    await page.locator('[part=person]').nth(1).waitFor();
    expect(await start.ariaSnapshot()).toBe(
      [
        '- group "Speakers":',
        `  - 'button "Speaker 1: change name or role"': Speaker 1`,
        `  - 'button "Speaker 2: change name or role"': Speaker 2`,
        '  - paragraph: Who speaks may still change from 0:00 on, but not what you correct.',
        '- log "Transcript":',
        `  - 'button "Speaker 1: change name or role"': Speaker 1`,
        '  - time: 0:00',
        '  - paragraph:',
        '    - text: Give',
        `    - 'button "50, may be wrong: 15"': "50"`,
        '    - text: mg.',
        '  - button "Who said the line at 0:00": ⇄',
        '  - button "Correct the line at 0:00": ✎',
        `  - 'button "Speaker 2: change name or role"': Speaker 2`,
        '  - time: 0:01',
        '  - paragraph: Thank you.',
        '  - button "Who said the line at 0:01": ⇄',
        '  - button "Correct the line at 0:01": ✎',
        '- paragraph: "Speaker 1: Give 50 mg. Thank you."',
        '- status',
      ].join('\n'),
    );
    await page.close();
  });

  test('can be used by the keyboard alone', async () => {
    const page = await browser.newPage();
    await page.goto(pages.urlOf('<auscult-transcript lang="en"></auscult-transcript>'));
    await scriptTranscript(page);
    await hearFinals(page, SAID);
    await page.locator('[part=line]').nth(1).waitFor();
    const order: string[] = [];
    await page.locator('[part=person]').nth(1).waitFor();
    for (let tabs = 0; tabs < 10; tabs++) {
      await page.keyboard.press('Tab');
      order.push(
        await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.part.value ?? 'none'),
      );
    }
    expect(order).toEqual([
      ...['person', 'person', 'lines', 'speaker', 'doubtful', 'move', 'correct'],
      ...['speaker', 'move', 'correct'],
    ]);
    await page.keyboard.press('Enter');
    await page.keyboard.type('Thanks. ');
    await page.keyboard.press('Enter');
    await page.getByText('Thanks. Thank you.').waitFor();
    await page.close();
  });
});

/** What cannot be read for its colours, which is all that differs between light and dark. */
function lowContrasts(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await inPage.run(document, { runOnly: ['color-contrast'] });
    return violations.flatMap(({ nodes }) =>
      nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
    );
  });
}

function bodyIn(lang: string): string {
  return `<!doctype html><html lang="${lang}"><title>Test</title><meta name="color-scheme" content="light dark"><main><h1>Test</h1>
    <label for="note">Note</label> <textarea id="note"></textarea>
    <auscult-dictation for="note"></auscult-dictation><auscult-transcript corrections="on"></auscult-transcript></main>
    <script type="module" src="/elements/auscult-elements.js"></script></html>`;
}

function press(page: Page, selector: string): Promise<void> {
  return page.locator(`auscult-transcript ${selector}`).first().click();
}
