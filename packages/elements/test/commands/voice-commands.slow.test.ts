import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { CommandDetail } from '../../src/index.js';
import { noChromium } from '../../../web/test/support/chromium.js';
import { dictationPages } from '../support/dictation-pages.js';
import { readField, selectInField } from '../support/edited-field.js';
import { sayCommand, sayFinal, sayPartial } from '../support/scripted-dictation.js';

const TEXTAREA = '<textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation>';
const EDITABLE = '<div id="note" contenteditable></div><auscult-dictation for="note"></auscult-dictation>';
const BOTH = [
  ['a textarea', TEXTAREA],
  ['an editable element', EDITABLE],
] as const;

describe.skipIf(noChromium !== undefined)(
  `voice commands in fields${noChromium ? `: ${noChromium}` : ''}`,
  () => {
    const open = dictationPages();

    test.each(BOTH)(
      'insert a template into %s, whose fields are filled in by voice and by keys',
      async (_, body) => {
        const page = await openWithTemplates(body, {
          'normal exam': 'Knee [[side: left | right]]: no [[finding]], pain [[score]]/10.',
        });
        await page.locator('#note').focus();
        await page.keyboard.type('Seen');
        await sayCommand(page, 'insert-template', { template: 'normal exam' });
        expect((await readField(page)).text).toBe('Seen Knee [side]: no [finding], pain [score]/10.');
        await page.getByRole('status').getByText('To fill in: side (left, right)').waitFor();
        expect(await selectedText(page)).toBe('[side]');
        await sayFinal(page, { text: 'Left.', sequence: 0 });
        await sayCommand(page, 'next-field');
        expect(await selectedText(page)).toBe('[finding]');
        await page.keyboard.press('Tab');
        expect(await selectedText(page)).toBe('[score]');
        await page.keyboard.press('Shift+Tab');
        expect(await selectedText(page)).toBe('[finding]');
        await page.keyboard.type('effusion');
        await page.keyboard.press('Tab');
        await sayFinal(page, { text: '3.', sequence: 1 });
        expect((await readField(page)).text).toMatch(/^Seen Knee left: no effusion, pain 3\/10\.$/);
        await page.keyboard.press('Tab');
        expect(await hasFocus(page, '#note')).toBe(false);
      },
    );

    test('insert into a line without its breaks, and not at all where there is no room', async () => {
      const page = await openWithTemplates(
        '<input id="note" maxlength="12"><auscult-dictation for="note"></auscult-dictation>',
        { short: 'No\n[[what]]', long: 'Much longer than that' },
      );
      await page.locator('#note').focus();
      await sayCommand(page, 'insert-template', { template: 'short' });
      expect((await readField(page)).text).toBe('No [what]');
      await sayCommand(page, 'insert-template', { template: 'long' });
      expect((await readField(page)).text).toBe('No [what]');
      await page.getByRole('status').getByText('the field takes no more text').waitFor();
    });

    test('go from field to field, and to one by its label, name or id', async () => {
      const page = await open(`
        <label>Reason <input id="reason" value="secret"></label>
        <input type="password" aria-label="Word"><input aria-label="Hidden" hidden>
        <textarea name="chiefComplaint">It hurts.</textarea>
        <div contenteditable id="plan_of-care">Rest.</div>
        <auscult-dictation></auscult-dictation>`);
      const focused = () =>
        page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('name'));
      await page.locator('#reason').focus();
      await sayCommand(page, 'next-field');
      expect(await focused()).toBe('chiefComplaint');
      await sayFinal(page, { text: 'Badly.', sequence: 0 });
      expect(await page.locator('textarea').inputValue()).toBe('It hurts. Badly.');
      await sayCommand(page, 'next-field');
      await sayCommand(page, 'next-field');
      expect(await focused()).toBe('plan_of-care');
      await page.getByRole('status').getByText('There is no other field.').waitFor();
      await sayCommand(page, 'previous-field');
      expect(await focused()).toBe('chiefComplaint');
      const sections = await page.evaluate(
        () => window.listedCommands.find(({ id }) => id === 'go-to-section')?.variables?.['section'],
      );
      expect(sections).toEqual(['Reason', 'chief Complaint', 'plan of care']);
      await sayCommand(page, 'go-to-section', { section: 'Reason' });
      expect(await focused()).toBe('reason');
      await sayCommand(page, 'go-to-section', { section: 'plan of care' });
      await sayFinal(page, { text: 'Ice.', sequence: 1 });
      expect(await page.locator('[contenteditable]').innerText()).toBe('Rest. Ice.');
    });

    test('hear of fields that come while somebody dictates', async () => {
      const page = await open(TEXTAREA.replace(' for="note"', ''));
      await page.evaluate(() => {
        document.body.append(Object.assign(document.createElement('input'), { title: 'Allergies' }));
        window.say('speech', { state: 'started', at: 0 });
      });
      await sayCommand(page, 'go-to-section', { section: 'Allergies' });
      await sayFinal(page, { text: 'None.', sequence: 0 });
      expect(await page.getByTitle('Allergies').inputValue()).toBe('None.');
    });

    test.each(BOTH)(
      'select words before the cursor in %s, and nothing if they are not there',
      async (_, body) => {
        const page = await open(body);
        await page.locator('#note').focus();
        await page.keyboard.type('Give 25 mg. No fever. No fever now.');
        await sayCommand(page, 'select-words', { words: 'No fever.' });
        expect(await readField(page)).toMatchObject({ start: 22, end: 30 });
        await sayFinal(page, { text: 'Chills.', sequence: 0 });
        expect((await readField(page)).text).toBe('Give 25 mg. No fever. Chills now.');
        await sayCommand(page, 'select-words', { words: 'five' });
        expect((await readField(page)).text).toBe('Give 25 mg. No fever. Chills now.');
        await page.getByRole('status').getByText('Not found before the cursor: five').waitFor();
        await sayCommand(page, 'select-words', { words: 'twenty five' });
        expect(await selectedText(page)).toBe('25');
      },
    );

    test.each(BOTH)('delete what was dictated last in %s, or what is selected', async (_, body) => {
      const page = await open(body);
      await page.locator('#note').focus();
      await page.keyboard.type('Typed.');
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      await sayFinal(page, { text: 'No cough.', sequence: 1 });
      await sayCommand(page, 'delete-that');
      await sayCommand(page, 'delete-that');
      expect((await readField(page)).text).toBe('Typed.');
      await sayCommand(page, 'delete-that');
      expect((await readField(page)).text).toBe('Typed.');
      await page.getByRole('status').getByText('nothing was dictated here').waitFor();
      await sayFinal(page, { text: 'No new fever.', sequence: 2 });
      await selectInField(page, 10, 13);
      await sayCommand(page, 'delete-that');
      expect((await readField(page)).text).toBe('Typed. No fever.');
      await selectInField(page, 16, 16);
      await sayCommand(page, 'delete-that');
      expect((await readField(page)).text).toBe('Typed. No fever.');
      await page.getByRole('status').getByText('Not taken back').waitFor();
    });

    test('never make one number of two', async () => {
      const page = await open(TEXTAREA);
      await page.locator('#note').focus();
      await page.keyboard.type('Give 5');
      await sayFinal(page, { text: 'Mg.', sequence: 0 });
      await page.keyboard.type('10');
      await sayCommand(page, 'delete-that');
      expect((await readField(page)).text).toBe('Give 5 10');
      await page.keyboard.type('x20');
      await selectInField(page, 9, 10);
      await sayCommand(page, 'delete-that');
      expect((await readField(page)).text).toBe('Give 5 10 20');
    });

    test('make bold what was dictated, and nothing else', async () => {
      const page = await open(EDITABLE);
      await page.locator('#note').focus();
      await page.keyboard.type('Typed.');
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      await sayCommand(page, 'bold-that');
      await page.keyboard.type(' More');
      const bold = page.locator('#note :is(b, strong)');
      expect(await bold.allInnerTexts()).toEqual(['No fever.']);
      expect((await readField(page)).text).toBe('Typed. No fever. More');
    });

    test('do not make text bold that cannot be', async () => {
      const page = await open(TEXTAREA);
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      await sayCommand(page, 'bold-that');
      await page.getByRole('status').getByText('no bold text').waitFor();
      expect((await readField(page)).text).toBe('No fever.');
    });

    test.each(BOTH)('undo in %s, also what was written without the focus', async (_, body) => {
      const page = await open(`${body}<button>Elsewhere</button>`);
      await page.locator('#note').focus();
      await page.keyboard.type('Typed.');
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      await sayCommand(page, 'undo-that');
      expect((await readField(page)).text).not.toContain('fever');
      await page.evaluate(() => {
        (document.querySelector('#note') as HTMLElement).textContent = '';
      });
      const { text } = await readField(page);
      await page.getByRole('button', { name: 'Elsewhere' }).focus();
      await sayFinal(page, { text: 'No cough.', sequence: 1 });
      await sayFinal(page, { text: 'No pain.', sequence: 2 });
      const written = (await readField(page)).text;
      expect(written).toContain('No pain.');
      await sayCommand(page, 'undo-that');
      expect((await readField(page)).text).not.toContain('pain');
      expect(await hasFocus(page, '#note')).toBe(false);
      await page.locator('#note').focus();
      await page.keyboard.press('Control+Z');
      expect((await readField(page)).text).toBe(text);
      await page.keyboard.press('Control+Shift+Z');
      await page.keyboard.press('Control+Y');
      expect((await readField(page)).text).toBe(written);
    });

    test('can be carried out by the page instead, or not at all', async () => {
      const page = await open(TEXTAREA);
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      const seen = page.evaluate(
        () =>
          new Promise<unknown>((resolve) => {
            document.addEventListener('auscult-command', (event) => {
              event.preventDefault();
              const { id, phrase, field } = (event as CustomEvent<CommandDetail>).detail;
              resolve([id, phrase, field?.id]);
            });
          }),
      );
      await sayCommand(page, 'delete-that');
      expect(await seen).toEqual(['delete-that', 'delete that', 'note']);
      expect((await readField(page)).text).toBe('No fever.');
      await page.evaluate(() => {
        document.querySelector('auscult-dictation')?.setAttribute('commands', 'off');
        window.say('speech', { state: 'started', at: 0 });
      });
      expect(await page.evaluate(() => window.listedCommands)).toEqual([]);
    });

    test('are written where the cursor has been taken, though the next words were begun before', async () => {
      const page = await open('<input id="one"><input id="two"><auscult-dictation></auscult-dictation>');
      await page.locator('#one').focus();
      await sayPartial(page, 'no fever', 1);
      await sayCommand(page, 'next-field');
      await sayFinal(page, { text: 'No fever.', sequence: 1 });
      expect(await page.locator('#one').inputValue()).toBe('');
      expect(await page.locator('#two').inputValue()).toBe('No fever.');
    });

    test('are said in the language of the speech', async () => {
      const page = await open(
        '<div lang="de"><textarea id="note"></textarea><auscult-dictation for="note" language="de-DE"></auscult-dictation></div>',
      );
      await sayCommand(page, 'delete-that');
      await page.getByRole('status').getByText('hier wurde nichts diktiert').waitFor();
      expect(await page.evaluate(() => window.listedCommands.map(({ phrase }) => phrase))).toContain(
        'lösche das',
      );
    });

    async function openWithTemplates(
      body: string,
      templates: Readonly<Record<string, string>>,
    ): Promise<Page> {
      const page = await open(body);
      await page.evaluate((given) => {
        const element = document.querySelector('auscult-dictation');
        if (!element) return;
        element.templates = Object.entries(given).map(([name, text]) => ({ name, text }));
        window.say('speech', { state: 'started', at: 0 });
      }, templates);
      return page;
    }
  },
);

/** What of the page's own selection there is, in text controls too. */
async function selectedText(page: Page): Promise<string> {
  const { text, start, end } = await readField(page);
  return text.slice(start, end);
}

function hasFocus(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => element.matches(':focus'));
}
