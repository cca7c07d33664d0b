import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noChromium } from '../../../web/test/support/chromium.js';
import { dictationPages } from '../support/dictation-pages.js';
import { readField, selectInField } from '../support/edited-field.js';
import { sayFinal, sayPartial } from '../support/scripted-dictation.js';

describe.skipIf(noChromium !== undefined)(
  `dictation into the fields of a page${noChromium ? `: ${noChromium}` : ''}`,
  () => {
    const open = dictationPages();

    test.each([
      ['a textarea', '<textarea id="note"></textarea>'],
      ['an input', '<input id="note">'],
      ['an editable element', '<div id="note" contenteditable></div>'],
    ])('writes into %s at the caret, and the browser takes it back', async (_, field) => {
      const page = await open(`${field}<auscult-dictation for="note"></auscult-dictation>`);
      await page.locator('#note').focus();
      await page.keyboard.type('Seen today.');
      await sayPartial(page, 'no', 0);
      await sayPartial(page, 'no fever', 0);
      expect(await textOf(page)).toBe('Seen today.');
      await page.locator('[part=provisional]', { hasText: 'No fever' }).waitFor();
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      expect(await textOf(page)).toBe('Seen today. No fever.');
      await page.keyboard.type(' ok');
      expect(await textOf(page)).toBe('Seen today. No fever. ok');
      // What was dictated is a step of its own.
      for (const earlier of ['Seen today. No fever.', 'Seen today.', '']) {
        await page.keyboard.press('Control+Z');
        expect(await textOf(page)).toBe(earlier);
      }
    });

    test('works as in the README', async () => {
      const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
      const [, example = ''] = /```html\n(.*?)```/s.exec(readme) ?? [];
      const page = await open(example.replaceAll('https://auscult.example', ''));
      await page.getByLabel('Note').focus();
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      expect(await textOf(page)).toBe('No fever.');
    });

    test('replaces the selection, unless somebody edits it meanwhile', async () => {
      const page = await open(
        '<textarea id="note">left knee</textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.locator('#note').focus();
      await selectInField(page, 0, 4);
      await sayPartial(page, 'right', 0);
      await sayFinal(page, { text: 'Right.', sequence: 0 });
      expect(await readField(page)).toEqual({ text: 'Right knee', start: 5, end: 5 });
      await selectInField(page, 6, 10);
      await sayPartial(page, 'hip', 1);
      await page.keyboard.type('leg');
      await sayFinal(page, { text: 'Hip.', sequence: 1 });
      expect((await readField(page)).text).toBe('Right leg Hip.');
    });

    test('goes where it was begun, whatever is typed elsewhere', async () => {
      const page = await open(
        '<textarea id="note">Plan: \nSeen by</textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.locator('#note').focus();
      await selectInField(page, 6, 6);
      await sayPartial(page, 'rest', 0);
      await selectInField(page, 14, 14);
      await page.keyboard.type(' Dr. X');
      await sayFinal(page, { text: 'Rest.', sequence: 0 });
      expect(await readField(page)).toEqual({ text: 'Plan: Rest.\nSeen by Dr. X', start: 25, end: 25 });
    });

    test('follows the person from field to field, also in shadow roots', async () => {
      const page = await open(
        '<form><input id="one"><textarea id="two"></textarea><input type="password" id="secret"></form><div id="host"></div><auscult-dictation></auscult-dictation>',
      );
      await page.evaluate(() => {
        const root = (document.querySelector('#host') as HTMLElement).attachShadow({ mode: 'open' });
        root.append(Object.assign(document.createElement('textarea'), { id: 'three' }));
      });
      const values = ['#one', '#two', '#three'];
      for (const [sequence, field] of values.entries()) {
        await page.locator(field).focus();
        await sayFinal(page, { text: `Said ${sequence}.`, sequence });
      }
      await page.locator('#secret').focus();
      await sayFinal(page, { text: 'More.', sequence: 3 });
      const texts = await Promise.all(
        [...values, '#secret'].map((field) => page.locator(field).inputValue()),
      );
      expect(texts).toEqual(['Said 0.', 'Said 1.', 'Said 2. More.', '']);
    });

    test('is not sent by a form before it is final, and shows what no field takes', async () => {
      const page = await open(
        '<form id="form"><input name="note" id="note" maxlength="8"></form><auscult-dictation for="form"></auscult-dictation>',
      );
      const sent = () =>
        page.evaluate(() => new FormData(document.querySelector('form') as HTMLFormElement).get('note'));
      await sayPartial(page, 'five', 0);
      expect(await sent()).toBe('');
      await sayFinal(page, { text: '5 mg.', sequence: 0 });
      expect(await sent()).toBe('5 mg.');
      await sayFinal(page, { text: 'Not 50.', sequence: 1 });
      expect(await sent()).toBe('5 mg.');
      expect(await page.locator('[part=unwritten]').innerText()).toContain('Not 50.');
      expect(await told(page)).toContain('unwritten');
    });
  },
);

/** What the element has told, by the names of its events. */
function told(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.toldByElement.map(([type]) => type));
}

/** The text of the field `note`. */
function textOf(page: Page): Promise<string> {
  return page
    .locator('#note')
    .evaluate((field) =>
      field instanceof HTMLElement && field.isContentEditable
        ? field.innerText
        : (field as HTMLInputElement).value,
    );
}
