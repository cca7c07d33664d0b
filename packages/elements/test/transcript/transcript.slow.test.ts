import type { Browser, Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium, noChromium } from '../support/chromium.js';
import { serveElements, type ElementPages } from '../support/element-page.js';
import { hear, hearFinals, scriptTranscript } from '../support/scripted-transcript.js';
import { segmentOf } from './segment-of.js';

describe.skipIf(noChromium !== undefined)(`a transcript${noChromium ? `: ${noChromium}` : ''}`, () => {
  let pages: ElementPages;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    pages = await serveElements();
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await pages.stop();
    };
  });

  beforeEach(async () => {
    page = await browser.newPage();
    complaints = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => {
      if (['error', 'warning'].includes(line.type())) complaints.push(line.text());
    });
    await page.goto(pages.urlOf('<auscult-transcript></auscult-transcript>'));
    await scriptTranscript(page);
    return async () => {
      expect(complaints).toEqual([]);
      await page.close();
    };
  });

  const lines = () => page.locator('[part=line]');
  const texts = () => page.locator('[part~=text]').allTextContents();
  const names = () => page.locator('button[part=speaker]').allTextContents();

  test('shows who says what, a line for each', async () => {
    await hearFinals(
      page,
      segmentOf('Does it hurt? Yes it does.', { speakers: [0, 0, 0, 1] }),
      segmentOf('Since when?', { sequence: 1, speakers: [0] }),
    );
    await lines().nth(2).waitFor();
    expect(await texts()).toEqual(['Does it hurt?', 'Yes it does.', 'Since when?']);
    expect(await names()).toEqual(['●Speaker 1', '■Speaker 2', '●Speaker 1']);
    expect(await page.evaluate(() => document.querySelector('auscult-transcript')?.text)).toBe(
      'Speaker 1: Does it hurt?\nSpeaker 2: Yes it does.\nSpeaker 1: Since when?',
    );
    await hear(page, 'speakers', {
      revised: [segmentOf('Does it hurt? Yes it does.', { speakers: [0, 0, 0, 0] })],
      speakers: [{ speaker: 0, role: 'clinician' }],
      settledSeconds: 3,
    });
    await expect.poll(names).toEqual(['●Clinician']);
  });

  test('shows what is being said, and announces only what is final', async () => {
    const announced = page.locator('[aria-live=polite]');
    await hear(page, 'partial', segmentOf('No known'));
    await page.locator('[part=partial]').getByText('No known').waitFor();
    expect(await announced.textContent()).toBe('');
    await hearFinals(page, segmentOf('No known allergies.'));
    await expect.poll(() => page.locator('[part=partial]').isHidden()).toBe(true);
    expect(await announced.textContent()).toBe('No known allergies.');
    await hearFinals(page, { ...segmentOf('', { sequence: 1 }), removes: [0] });
    await page.getByText('What is said appears here.').waitFor();
  });

  test('lets a person correct a line, which nothing changes meanwhile', async () => {
    await hearFinals(page, segmentOf('Give 50 mg a day.', { speakers: [0] }));
    await page.getByRole('button', { name: 'Correct the line at 0:00' }).click();
    const field = page.getByRole('textbox', { name: 'Text of the line at 0:00' });
    await field.fill('Give 15 mg a day.');
    const revised = segmentOf('Give 50 mg a day.', { speakers: [0, 0, 0, 1] });
    await hear(page, 'speakers', { revised: [revised], speakers: [], settledSeconds: 1 });
    await field.press('Enter');
    await expect.poll(texts).toEqual(['Give 15 mg', 'a day.']);
    expect(await page.evaluate(() => window.heardOf.filter(([type]) => type === 'correction'))).toEqual([
      ['correction', { segment: revised, text: 'Give 15 mg a day.' }],
    ]);
    await page.getByRole('button', { name: 'Correct the line at 0:00' }).click();
    await page.getByRole('button', { name: 'As it was heard: Give 50 mg' }).click();
    await expect.poll(texts).toEqual(['Give 50 mg', 'a day.']);
  });

  test('lets a person say who speaks, and what they are called', async () => {
    await hearFinals(page, segmentOf('Hello. Hello.', { speakers: [0, 1] }));
    await page.getByRole('button', { name: 'Correct the line at 0:00' }).first().click();
    await page.getByRole('combobox', { name: 'Who said the line at 0:00' }).selectOption('Somebody new');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Speaker 2: change the name' }).click();
    await page.getByRole('textbox', { name: 'Name of Speaker 2' }).fill('Mr Ito');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => window.identified)).toEqual([
      { assign: [{ sequence: 0, words: [0, 0], speaker: 2 }] },
      { name: [{ speaker: 1, name: 'Mr Ito' }] },
    ]);
    await hear(page, 'speakers', {
      revised: [],
      speakers: [{ speaker: 1, name: 'Mr Ito' }],
      settledSeconds: 1,
    });
    await expect.poll(names).toEqual(['●Speaker 1', '■Mr Ito']);
  });

  test('marks doubtful words, and offers what else may have been said, by the keyboard', async () => {
    const doubtful = { doubtful: true, alternatives: [{ text: '15', confidence: 0.4 }] } as const;
    await hearFinals(page, segmentOf('Give 50 mg.', { words: { '50': doubtful } }));
    await page.getByRole('button', { name: '50, may be wrong: 15' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await texts()).toEqual(['Give 50 mg.']);
    await page.getByRole('button', { name: '50, may be wrong: 15' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '15', exact: true }).press('Enter');
    await expect.poll(texts).toEqual(['Give 15 mg.']);
    expect(await page.locator('[part=doubtful]').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.part.value)).toBe(
      'correct',
    );
  });

  test('follows the recording of the element that it names', async () => {
    await page.goto(
      pages.urlOf(
        '<auscult-transcript for="dictation"></auscult-transcript><textarea></textarea><auscult-dictation id="dictation"></auscult-dictation>',
      ),
    );
    await page.locator('auscult-dictation').getByRole('button').waitFor();
    const isSame = await page.evaluate(
      () =>
        document.querySelector('auscult-transcript')?.recording ===
        document.querySelector('auscult-dictation')?.recording,
    );
    expect(isSame).toBe(true);
    expect(await page.locator('auscult-transcript').getByRole('button').count()).toBe(0);
  });
});
