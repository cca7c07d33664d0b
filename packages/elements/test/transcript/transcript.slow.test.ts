import type { Browser, Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../../server/test/support/scripted-server.js';
import { readRecord, speakersOfWords, streamOf } from '../../../server/test/support/told-speakers.js';
import { launchChromium, noChromium } from '../../../web/test/support/chromium.js';
import { serveElements, type ElementPages } from '../support/element-page.js';
import { hear, hearFinals, scriptTranscript } from '../support/scripted-transcript.js';
import { segmentOf } from './segment-of.js';

/** Milliseconds that a loaded machine may take. */
const PATIENCE = { timeout: 60_000 };

describe.skipIf(noChromium !== undefined)(
  `a transcript${noChromium ? `: ${noChromium}` : ''}`,
  { timeout: 180_000 },
  () => {
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
      page.setDefaultTimeout(PATIENCE.timeout);
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

    const focused = (of: Page) =>
      of.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.part.value);
    const lines = () => page.locator('[part=line]');
    const texts = () => page.locator('[part~=text]').allTextContents();
    const unsaved = (hasText: string) => page.locator('[part=unsaved]', { hasText });
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
      await expect.poll(names, PATIENCE).toEqual(['●Clinician']);
    });

    test('shows what is being said, and announces only what is final', async () => {
      const announced = page.locator('[aria-live=polite]');
      await hear(page, 'partial', segmentOf('No known'));
      await page.locator('[part=partial]').getByText('No known').waitFor();
      expect(await announced.textContent()).toBe('');
      await hearFinals(page, segmentOf('No known allergies.'));
      await expect.poll(() => page.locator('[part=partial]').isHidden(), PATIENCE).toBe(true);
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
      await expect.poll(texts, PATIENCE).toEqual(['Give 15 mg', 'a day.']);
      expect(await page.evaluate(() => window.heardOf.filter(([type]) => type === 'correction'))).toEqual([
        ['correction', { segment: revised, text: 'Give 15 mg a day.' }],
      ]);
      await page.getByRole('button', { name: 'Correct the line at 0:00' }).click();
      await page.getByRole('button', { name: 'As it was heard: Give 50 mg' }).click();
      await expect.poll(texts, PATIENCE).toEqual(['Give 50 mg', 'a day.']);
    });

    test('lets a person say who speaks, and what they are called', async () => {
      await hearFinals(page, segmentOf('Hello. Hello.', { speakers: [0, 1] }));
      await page.getByRole('button', { name: 'Correct the line at 0:00' }).first().click();
      await page.getByRole('combobox', { name: 'Who said the line at 0:00' }).selectOption('Somebody new');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('[part=speaker]', { hasText: 'Speaker 2' }).click();
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
      await expect.poll(names, PATIENCE).toEqual(['●Speaker 1', '■Mr Ito']);
    });

    test('lets a person confirm a role, and say that two are one', async () => {
      await hearFinals(page, segmentOf('Hello. Hello. Hi.', { speakers: [0, 1, 2] }));
      const speakers = [
        { speaker: 0, suggestedRole: 'clinician' },
        { speaker: 1 },
        { speaker: 2, name: 'Mr Ito' },
      ] as const;
      await hear(page, 'speakers', { revised: [], speakers, settledSeconds: 1 });
      await page.getByText('Who speaks may still change from 0:01 on, but not what you correct.').waitFor();
      await page.getByRole('button', { name: 'Speaker 1: Clinician? Confirm' }).press('Enter');
      expect(await focused(page)).toBe('person');
      await page.getByRole('status').getByText('Now called').waitFor({ state: 'attached' });
      await page.locator('[part=person]', { hasText: 'Mr Ito' }).press('Enter');
      await page.getByRole('combobox', { name: 'Role of Mr Ito' }).selectOption('Patient');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('[part=person]', { hasText: 'Mr Ito' }).click();
      await page.getByRole('button', { name: 'Swap names with Speaker 2' }).click();
      await page.locator('[part=person]', { hasText: 'Mr Ito' }).click();
      await page.getByRole('button', { name: 'Same person as Speaker 2' }).press('Enter');
      expect(await page.evaluate(() => window.identified)).toEqual([
        { name: [{ speaker: 0, role: 'clinician' }] },
        { name: [{ speaker: 2, role: 'patient' }] },
        {
          name: [
            { speaker: 2, name: null, role: null },
            { speaker: 1, name: 'Mr Ito', role: null },
          ],
        },
        // The name that one had is not lost.
        { merge: [{ from: 2, into: 1 }], name: [{ speaker: 1, name: 'Mr Ito', role: null }] },
      ]);
    });

    test('lets a person give some words of a line to somebody else, by the keyboard or by selecting them', async () => {
      await hearFinals(page, segmentOf('Does it hurt? Yes. Right.', { speakers: [0] }));
      await hearFinals(page, segmentOf('Here.', { sequence: 1, speakers: [1] }));
      await page.getByRole('button', { name: 'Who said the line at 0:00' }).press('Enter');
      expect(await focused(page)).toBe('mover');
      await page.getByRole('button', { name: 'Only some words' }).press('Enter');
      expect(await page.getByRole('button', { name: 'Somebody new' }).isDisabled()).toBe(true);
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter', 'ArrowRight', 'Enter'])
        await page.keyboard.press(key);
      await page.locator('[part=mover]', { hasText: 'Speaker 2' }).press('Enter');
      expect(await focused(page)).toBe('correct');
      await page
        .locator('[part~=text]')
        .first()
        .evaluate((text) => {
          const [first, last] = [text.childNodes[2], text.childNodes[4]];
          if (first && last) getSelection()?.setBaseAndExtent(first, 0, last, 3);
        });
      await page.getByRole('button', { name: 'Who said the line at 0:00' }).click();
      expect(await page.locator('[part=pick][aria-pressed=true]').allTextContents()).toEqual(['it', 'hurt?']);
      await page.getByRole('button', { name: 'Somebody new' }).click();
      expect(await page.evaluate(() => window.identified)).toEqual([
        { assign: [{ sequence: 0, words: [3, 4], speaker: 1 }] },
        { assign: [{ sequence: 0, words: [1, 2], speaker: 2 }] },
      ]);
    });

    test('gives words along with what was written in place of several', async () => {
      await hearFinals(page, segmentOf('Give fifty milligrams now.', { speakers: [0] }));
      await hearFinals(page, segmentOf('Yes.', { sequence: 1, speakers: [1] }));
      await page.getByRole('button', { name: 'Correct the line at 0:00' }).click();
      await page.getByRole('textbox', { name: 'Text of the line at 0:00' }).fill('Give 15mg now.');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Who said the line at 0:00' }).click();
      await page.getByRole('button', { name: 'Only some words' }).click();
      await page.locator('[part=pick]', { hasText: '15mg' }).click();
      await page.locator('[part=mover]', { hasText: 'Speaker 2' }).click();
      expect(await page.evaluate(() => window.identified)).toEqual([
        { assign: [{ sequence: 0, words: [1, 2], speaker: 1 }] },
      ]);
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
      await expect.poll(texts, PATIENCE).toEqual(['Give 15 mg.']);
      expect(await page.locator('[part=doubtful]').count()).toBe(0);
      expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.part.value)).toBe(
        'correct',
      );
    });

    test('brings what a person corrects into the record, in versions, and asks where somebody else has', async () => {
      const server = await startScriptedServer();
      await page.goto(
        pages.urlOf(
          `<auscult-transcript server="${server.url}" speakers="2"></auscult-transcript>`,
          server.url,
        ),
      );
      await page.getByRole('button', { name: 'Start' }).click();
      const stream = await streamOf(server, 2);
      stream.say([0, 'Give 50 mg'], [1, 'a day.']);
      await lines().nth(1).waitFor();
      const id = await sessionOn(server);
      const versions = async () => {
        const { segments } = await readRecord(server, id);
        return segments[0]?.versions.map(({ text }) => text);
      };
      const correct = async (line: number, text: string) => {
        await lines().nth(line).getByRole('button', { name: 'Correct the line' }).click();
        await page.locator('textarea').fill(text);
        await page.keyboard.press('Enter');
      };
      await correct(0, 'Give 15 mg');
      await page.getByText('The correction is in the record.').waitFor({ state: 'attached' });
      expect(await versions()).toEqual(['Give 50 mg a day.', 'Give 15 mg a day.']);

      // Somebody else corrects the same final, which this person has not seen.
      const path = `/api/v1/sessions/${id}/segments/0/versions`;
      await askOf(server, path, { version: 2, text: 'Give 16 mg a day.' });
      await correct(1, 'twice a day.');
      await unsaved('Somebody else has corrected it: “Give 16 mg a day.”').waitFor();
      // The browser itself complains of the answer.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
      expect(await versions()).toHaveLength(3);
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await expect.poll(texts, PATIENCE).toEqual(['Give 16 mg', 'a day.']);
      await correct(1, 'no longer.');
      await expect
        .poll(versions)
        .toEqual([
          ...['Give 50 mg a day.', 'Give 15 mg a day.', 'Give 16 mg a day.', 'Give 16 mg no longer.'],
        ]);

      // What is said of speakers after the end counts words as they were heard.
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('status').getByText('Stopped.').waitFor();
      await correct(1, 'not any more.');
      await expect.poll(versions, PATIENCE).toHaveLength(5);
      await lines().nth(1).getByRole('button', { name: 'Who said' }).click();
      await page.locator('[part=mover]', { hasText: 'Speaker 1' }).click();
      const speakers = async () => speakersOfWords(await readRecord(server, id))[0];
      await expect.poll(speakers, PATIENCE).toEqual([0, 0, 0, 0, 0, 0]);
      await page.close();
    });

    test('keeps what is refused as it is, says why, and sends it again', async () => {
      const server = await startScriptedServer();
      await page.goto(
        pages.urlOf(`<auscult-transcript server="${server.url}"></auscult-transcript>`, server.url),
      );
      await page.evaluate(() => {
        window.heardOf = [];
        for (const type of ['correction', 'saved', 'unsaved'])
          document.addEventListener(`auscult-${type}`, (event) => {
            const { text } = (event as CustomEvent<{ text: string }>).detail;
            window.heardOf.push([type, text]);
            if (text.includes('kept')) event.preventDefault();
          });
      });
      await page.getByRole('button', { name: 'Start' }).click();
      const stream = await streamOf(server, 1);
      stream.final('No known allergies.');
      const refusal = { code: 'forbidden', message: 'Not you.', retryable: false };
      await page.route('**/versions', (route) => route.fulfill({ status: 403, json: { error: refusal } }));
      const correct = async (text: string) => {
        await lines().first().getByRole('button', { name: 'Correct the line' }).click();
        await page.locator('textarea').fill(text);
        await page.keyboard.press('Enter');
      };
      await correct('No allergies that are kept.');
      await correct('No allergies.');
      await unsaved('Not in the record: you may not correct it.').waitFor();
      expect(await texts()).toEqual(['No allergies.']);
      await page.unroute('**/versions');
      await page.getByRole('button', { name: 'Send again' }).press('Enter');
      await page.getByText('The correction is in the record.').waitFor({ state: 'attached' });
      expect(await page.locator('[part=unsaved]').count()).toBe(0);
      expect(await focused(page)).toBe('correct');
      expect(await page.evaluate(() => window.heardOf)).toEqual([
        ['correction', 'No allergies that are kept.'],
        ['correction', 'No allergies.'],
        ['unsaved', 'No allergies.'],
        ['saved', 'No allergies.'],
      ]);
      const { segments } = await readRecord(server, await sessionOn(server));
      expect(segments[0]?.versions.map(({ text }) => text)).toEqual(['No known allergies.', 'No allergies.']);
      // The browser itself says so of the answer that the test has made up.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('403')]);
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
  },
);

/** The id of the only session of a server. */
async function sessionOn(server: ScriptedServer): Promise<string> {
  const { sessions } = await askOf<{ sessions: readonly { id: string }[] }>(server, '/api/v1/sessions');
  return sessions[0]?.id ?? '';
}

async function askOf<Body>({ url }: ScriptedServer, path: string, body?: object): Promise<Body> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return (await (await fetch(url + path, body ? init : {})).json()) as Body;
}
