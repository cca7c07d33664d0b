import { expect, describe, onTestFinished, test } from 'vitest';
import { spawnRealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { writeSpeech } from '../../../web/test/support/speech-file.js';
import { launchChromium, noChromium } from '../../../web/test/support/chromium.js';
import { readField } from '../support/edited-field.js';
import { serveElements } from '../support/element-page.js';

describe.skipIf(noChromium !== undefined)(
  `dictation of real speech${noChromium ? `: ${noChromium}` : ''}`,
  { timeout: 240_000 },
  () => {
    test('comes into a textarea while somebody types elsewhere in it', async () => {
      const speech = await writeSpeech(['dictation/joe_s001', 'jfk/jfk'], 3);
      onTestFinished(speech.remove);
      const server = await spawnRealServer('--workers', '1');
      onTestFinished(() => {
        server.signal('SIGKILL');
      });
      const pages = await serveElements(server.url);
      onTestFinished(pages.stop);
      const browser = await launchChromium(speech.path);
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      await page.goto(
        pages.urlOf(
          `<textarea id="note" rows="9" cols="60"></textarea><auscult-dictation for="note" server="${server.url}" written-form="off"></auscult-dictation>`,
        ),
      );
      page.setDefaultTimeout(120_000);
      await page.locator('#note').focus();
      const templates = page.waitForResponse((response) => response.url().endsWith('/api/v1/templates'));
      await page.getByRole('button', { name: 'Dictate' }).click();
      const provisional = page.locator('[part=provisional]');
      await provisional.waitFor();
      let typed = 0;
      const heard = async (): Promise<string> => (await readField(page)).text.replaceAll('#', '');
      while (!/your country\W*$/i.test(await heard())) {
        if ((await provisional.count()) === 0) continue;
        await page.locator('#note').evaluate(typeAtBeginning);
        typed++;
        expect((await readField(page)).text.startsWith('#'.repeat(typed))).toBe(true);
      }
      expect(typed).toBeGreaterThan(0);
      // The server takes the commands that the element listens for.
      expect((await templates).status()).toBe(200);
      expect(await page.locator('[part=problem]').innerText()).toBe('');
      await page.getByRole('button', { name: 'Stop dictating' }).click();
      await page.getByRole('status').getByText('Stopped.').waitFor();
      expect(wordErrorRate(speech.text, await heard())).toBeLessThan(0.3);
      expect(complaints).toEqual([]);
    });
  },
);

/** Types as a person does who then goes back to where they dictate; at once, so that no words come between. */
function typeAtBeginning(field: HTMLElement): void {
  const { value } = field as HTMLTextAreaElement;
  (field as HTMLTextAreaElement).setSelectionRange(0, 0);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what a person types, as their browser does it
  document.execCommand('insertText', false, '#');
  (field as HTMLTextAreaElement).setSelectionRange(value.length + 1, value.length + 1);
}
