import type { Page as ChromiumPage } from 'playwright-core';
import type { Page } from 'puppeteer-core';
import { describe, expect, test } from 'vitest';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { noFirefox, openInFirefox, pressButton, textsOf } from '../support/firefox.js';
import { urlOfExample } from '../support/example-page.js';
import { sayCommand, sayFinal, scriptDictation } from '../support/scripted-dictation.js';
import { spokenPages } from '../support/spoken-pages.js';

const SAID = 'continue lisinopril 10 mg once a day and recheck potassium in two weeks';

describe.skipIf(noFirefox !== undefined)(
  `the elements in Firefox${noFirefox ? `: ${noFirefox}` : ''}`,
  { timeout: 180_000 },
  () => {
    const spoken = spokenPages(['dictation/joe_s002']);

    test('write into a field and into an editable element, and show the transcript', async () => {
      const { server, pages, speech } = spoken();
      const { page, complaints } = await openInFirefox(
        pages.urlOf(`<textarea id="field" aria-label="Field"></textarea>
          <div id="editor" contenteditable="true" role="textbox" aria-label="Editor"></div>
          <auscult-dictation id="dictation" server="${server.url}"></auscult-dictation>
          <auscult-transcript for="dictation"></auscult-transcript>`),
        { speech: speech.path },
      );
      const dictateInto = async (selector: string): Promise<string> => {
        await page.focus(selector);
        await pressButton(page, 'Dictate');
        const written = await page.waitForFunction(
          (into: string) => {
            const field = document.querySelector<HTMLTextAreaElement>(into);
            const text = field?.value ?? field?.textContent ?? '';
            return /weeks/i.test(text) ? text : undefined;
          },
          {},
          selector,
        );
        await pressButton(page, 'Stop dictating');
        return (await written.jsonValue()) ?? '';
      };
      expect(wordErrorRate(SAID, await dictateInto('#field'))).toBeLessThan(0.4);
      expect(wordErrorRate(SAID, await dictateInto('#editor'))).toBeLessThan(0.4);
      const shown = await textsOf(page, '[part~=text]');
      expect(wordErrorRate(`${SAID} ${SAID}`, shown.join(' '))).toBeLessThan(0.4);
      expect(complaints).toEqual([]);
    });

    test('write into the examples, whose frameworks notice, and carry commands out there', async () => {
      const { server, pages } = spoken();
      const opened = await openInFirefox(await urlOfExample(pages, server.url, 'plain.html'));
      const { page, complaints } = opened;
      await editByVoice(page, '#note');

      await page.goto(await urlOfExample(pages, server.url, 'react.html', 'react-form.tsx'));
      await page.waitForSelector('#note');
      await editByVoice(page, '#note');
      expect(await textOf(page, 'output')).toBe('Typed. Chills.');

      await page.goto(await urlOfExample(pages, server.url, 'prosemirror.html', 'prosemirror-note.ts'));
      await page.waitForSelector('[contenteditable]');
      // Its own undo takes back at once what came within half a second.
      await editByVoice(page, '[contenteditable]', 'delete-that');
      expect(await textOf(page, 'output')).toBe('Typed. Chills.');
      // The example has no styles, which ProseMirror would like it to have.
      expect(complaints.filter((text) => !text.startsWith('ProseMirror expects'))).toEqual([]);
    });
  },
);

/** Types, dictates, takes back, selects and deletes in a field: what is left is `Typed. Chills.` */
async function editByVoice(page: Page, field: string, takesBack = 'undo-that'): Promise<void> {
  // Both browsers' pages evaluate alike.
  const scripted = page as unknown as ChromiumPage;
  await scriptDictation(scripted);
  await page.focus(field);
  await page.keyboard.type('Typed.');
  await sayFinal(scripted, { text: 'No fever.', sequence: 0 });
  await sayFinal(scripted, { text: 'No cough.', sequence: 1 });
  expect(await textOf(page, field)).toBe('Typed. No fever. No cough.');
  await sayCommand(scripted, takesBack);
  expect(await textOf(page, field)).toBe('Typed. No fever.');
  await sayCommand(scripted, 'select-words', { words: 'no fever' });
  await sayFinal(scripted, { text: 'Chills.', sequence: 2 });
  await sayFinal(scripted, { text: 'Or not.', sequence: 3 });
  await sayCommand(scripted, 'delete-that');
  expect(await textOf(page, field)).toBe('Typed. Chills.');
}

function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) =>
    (element instanceof HTMLTextAreaElement ? element.value : element.textContent).replaceAll('\u00a0', ' '),
  );
}
