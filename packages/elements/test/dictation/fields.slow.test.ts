import { describe, expect, test } from 'vitest';
import { noChromium } from '../../../web/test/support/chromium.js';
import { dictationPages } from '../support/dictation-pages.js';
import { readField, selectInField } from '../support/edited-field.js';
import { sayFinal, sayPartial } from '../support/scripted-dictation.js';

describe.skipIf(noChromium !== undefined)(
  `dictation into fields in all circumstances${noChromium ? `: ${noChromium}` : ''}`,
  () => {
    const open = dictationPages();

    test('takes back what is scratched, unless somebody has edited it', async () => {
      const page = await open(
        '<textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.locator('#note').focus();
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      await sayFinal(page, { text: 'No cough.', sequence: 1 });
      await sayFinal(page, { text: '', sequence: 2, removes: [1] });
      expect((await readField(page)).text).toBe('No fever.');
      await selectInField(page, 3, 3);
      await page.keyboard.type('high ');
      await sayFinal(page, { text: '', sequence: 3, removes: [0] });
      expect((await readField(page)).text).toBe('No high fever.');
      await page.getByRole('status').getByText('Not taken back').waitFor();
    });

    test('tells the page of each change as of typing', async () => {
      const page = await open(
        '<textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.locator('#note').focus();
      const events = page.evaluate(
        () =>
          new Promise((resolve) => {
            const seen: unknown[] = [];
            for (const type of ['beforeinput', 'input'])
              document.addEventListener(type, (event) => {
                const { inputType, data, bubbles, composed } = event as InputEvent;
                seen.push([type, inputType, data, bubbles, composed]);
                if (type === 'input') resolve(seen);
              });
          }),
      );
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      expect(await events).toEqual([
        ['beforeinput', 'insertText', 'No fever.', true, true],
        ['input', 'insertText', 'No fever.', true, true],
      ]);
    });

    test('waits for an input method, so that nothing of either is lost', async () => {
      const page = await open(
        '<textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.locator('#note').focus();
      const session = await page.context().newCDPSession(page);
      await session.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      expect((await readField(page)).text).toBe('にほ');
      await session.send('Input.insertText', { text: '日本' });
      await expect.poll(async () => (await readField(page)).text).toBe('日本 no fever.');
    });

    test('marks doubtful words, and offers others on a key', async () => {
      const page = await open(
        '<textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.locator('#note').focus();
      const word = { start: 0, end: 1, confidence: 1 };
      const words = [
        { ...word, text: 'Give' },
        { ...word, text: '15', doubtful: true as const, alternatives: [{ text: '50', confidence: 0.3 }] },
        { ...word, text: 'mg.' },
      ];
      await sayFinal(page, { text: 'Give 15 mg.', sequence: 0, words });
      expect(await page.locator('[part=doubt]').count()).toBe(1);
      await page.keyboard.press('Alt+Shift+A');
      await page.getByRole('menu', { name: 'Words to check: 15' }).waitFor();
      expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['50', 'Keep: 15']);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      expect((await readField(page)).text).toBe('Give 50 mg.');
      await expect.poll(() => page.locator('[part=doubt]').count()).toBe(0);
      await page.keyboard.type('!');
      expect((await readField(page)).text).toContain('!');
    });

    test('shows provisional text on the background of the field, also when the theme changes', async () => {
      const page = await open(
        '<textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.evaluate(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`
          textarea { background: rgb(250, 250, 250); transition: background 50ms }
          [data-theme=dark] textarea { background: rgb(20, 20, 20) }
          @media (prefers-color-scheme: dark) { html textarea { background: rgb(0, 0, 99) } }`);
        document.adoptedStyleSheets.push(sheet);
      });
      await page.locator('#note').focus();
      await sayPartial(page, 'no fever', 0);
      const background = () =>
        page.locator('[part=provisional]').evaluate((text) => getComputedStyle(text).backgroundColor);
      await expect.poll(background).toBe('rgb(250, 250, 250)');
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(background).toBe('rgb(0, 0, 99)');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
      await expect.poll(background).toBe('rgb(20, 20, 20)');
    });

    test('is noticed by what frameworks listen to: `input` for each text, `change` when the field is left', async () => {
      const page = await open(
        '<textarea id="note"></textarea><button>Next</button><auscult-dictation for="note"></auscult-dictation>',
      );
      await page.evaluate(listenAsFrameworks);
      const models = () =>
        page.evaluate(() => ({ ...(window as unknown as { models: Record<string, string> }).models }));
      await page.locator('#note').focus();
      await sayPartial(page, 'no fever', 0);
      expect(await models()).toEqual({ vue: '', vueLazy: '', angular: '', angularBlur: '' });
      await sayFinal(page, { text: 'No fever.', sequence: 0 });
      await page.keyboard.type(' Ok');
      const text = 'No fever. Ok';
      expect(await models()).toEqual({ vue: text, vueLazy: '', angular: text, angularBlur: '' });
      await page.getByRole('button', { name: 'Next' }).click();
      expect(await models()).toEqual({ vue: text, vueLazy: text, angular: text, angularBlur: text });
      await sayFinal(page, { text: 'No cough.', sequence: 1 });
      const more = 'No fever. Ok no cough.';
      // Nobody has left the field since.
      expect(await models()).toEqual({ vue: more, vueLazy: more, angular: more, angularBlur: text });
    });

    test('starts and stops by a key, pressed or held', async () => {
      const page = await open(
        '<textarea id="note"></textarea><auscult-dictation for="note" shortcut="F4"></auscult-dictation>',
      );
      const isPressed = () => page.getByRole('button').getAttribute('aria-pressed');
      expect(await isPressed()).toBe('true');
      await page.locator('#note').focus();
      await page.keyboard.press('F4');
      expect(await isPressed()).toBe('false');
      await page.locator('auscult-dictation').evaluate((element) => {
        element.setAttribute('mode', 'hold');
      });
      await page.keyboard.down('F4');
      expect(await isPressed()).toBe('true');
      await page.keyboard.up('F4');
      expect(await isPressed()).toBe('false');
      const button = page.getByRole('button');
      await button.focus();
      await page.keyboard.down('Space');
      expect(await isPressed()).toBe('true');
      await page.keyboard.up('Space');
      expect(await isPressed()).toBe('false');
    });

    test('speaks the language of the page', async () => {
      const page = await open(
        '<div lang="de"><textarea id="note"></textarea><auscult-dictation for="note"></auscult-dictation></div>',
      );
      await page.getByRole('button', { name: 'Diktat beenden' }).waitFor();
      await page.getByRole('status').getByText('Es wird zugehört.').waitFor();
    });
  },
);

/**
 * In the page: keeps models of the field as frameworks do. Vue's `v-model` listens to `input`, and with `.lazy` to `change`; Angular's
 * `ngModel` to `input`, and with `updateOn: 'blur'` takes the value of the last `input` when the field is left. Both hear of no
 * `input` between `compositionstart` and `compositionend`.
 */
function listenAsFrameworks(): void {
  const field = document.querySelector('#note') as HTMLTextAreaElement;
  const models = { vue: '', vueLazy: '', angular: '', angularBlur: '' };
  let isComposing = false;
  let pending = '';
  field.addEventListener('compositionstart', () => (isComposing = true));
  field.addEventListener('compositionend', () => {
    isComposing = false;
    field.dispatchEvent(new Event('input'));
  });
  field.addEventListener('input', () => {
    if (isComposing) return;
    pending = field.value;
    models.vue = models.angular = field.value;
  });
  field.addEventListener('change', () => (models.vueLazy = field.value));
  field.addEventListener('blur', () => (models.angularBlur = pending));
  Object.assign(window, { models });
}
