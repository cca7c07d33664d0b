import { describe, expect, test } from 'vitest';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { noFirefox, openInFirefox, pressButton, textsOf } from '../support/firefox.js';
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
  },
);
