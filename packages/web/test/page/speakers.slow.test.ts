import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../../server/test/support/scripted-server.js';
import { readRecord, speakersOfWords, streamOf } from '../../../server/test/support/told-speakers.js';
import { DESKTOP, expectAccessible, PHONE, sidewaysScroll } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

describe.skipIf(chromiumPath === undefined)(`who speaks${needsChromium}`, { timeout: 180_000 }, () => {
  test('is shown by turns, as provisional until it settles, and changes with what is found out', async () => {
    const { page, stream, complaints } = await listening();
    stream.say([0, 'Where does it hurt?'], [1, 'Here. I see.']);
    const end = stream.end();
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Speaker 2: Here. I see.']);
    await lines(page).first().getByText('may still change').waitFor();
    await page.getByText('Who speaks may still change from 0:00 on, but not what you correct.').waitFor();
    stream.partial('since', 1);
    await page.getByText('Speaker 2, still listening …').waitFor();

    // The last two of the seven words.
    stream.findSpeakers({
      revised: [{ sequence: 0, start: (end * 5) / 7, end, speaker: 0, confidence: 0.6 }],
      settledSeconds: end,
    });
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Speaker 2: Here.', 'Speaker 1: I see.']);
    expect(await page.getByText('may still change').count()).toBe(0);
    expect(await lines(page).nth(2).locator('.whose').count()).toBe(2);
    expect(await lines(page).nth(1).locator('.whose').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('can be renamed, confirmed and swapped while messages keep coming', async () => {
    const { page, stream, session, server } = await listening();
    stream.say([0, 'Where does it hurt?'], [1, 'Here.']);
    await lines(page).nth(1).waitFor();
    const chatter = keepTelling(stream);
    await button(page, /^Speaker 2: change/).click();
    await page.keyboard.type('Ms. Okafor');
    await page.keyboard.press('Enter');
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Ms. Okafor: Here.']);
    await page
      .getByRole('status')
      .filter({ hasText: 'Speaker 2 is now called Ms. Okafor.' })
      .waitFor({ state: 'attached' });
    await button(page, /^Speaker 1: change/).click();
    await page.getByLabel('Role', { exact: true }).selectOption('Clinician');
    await page.keyboard.press('Escape');
    await expectTurns(page, ['Clinician: Where does it hurt?', 'Ms. Okafor: Here.']);
    await button(page, 'Swap names').click();
    await expectTurns(page, ['Ms. Okafor: Where does it hurt?', 'Clinician: Here.']);
    chatter.end();
    await expect
      .poll(async () => (await readRecord(server, await session())).speakers, PATIENCE)
      .toMatchObject([
        { speaker: 0, name: 'Ms. Okafor' },
        { speaker: 1, role: 'clinician' },
      ]);
  });

  test('of a line or of some words can be corrected, and stays so whatever is found out later', async () => {
    const { page, stream, session, server } = await listening();
    stream.say([0, 'Where does it hurt?'], [1, 'Here. It hurts. Right.']);
    await lines(page).nth(1).waitFor();
    const chatter = keepTelling(stream);
    await lines(page)
      .nth(0)
      .getByRole('button', { name: /^Give the line at 0:\d\d to Speaker 2/ })
      .click();
    await expectTurns(page, ['Speaker 2: Where does it hurt? Here. It hurts. Right.']);

    // Only some words, with the keyboard alone.
    await lines(page)
      .nth(0)
      .getByRole('button', { name: /^Give the line/ })
      .focus();
    await page.keyboard.press('Enter');
    await button(page, 'Only some words').focus();
    await page.keyboard.press('Enter');
    for (const key of ['Enter', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter'])
      await page.keyboard.press(key);
    await page.getByText('These 4 words said by').waitFor();
    await button(page, 'Somebody new').focus();
    await page.keyboard.press('Enter');
    await expectTurns(page, ['Speaker 3: Where does it hurt?', 'Speaker 2: Here. It hurts. Right.']);
    await lines(page)
      .nth(0)
      .getByRole('button', { name: /^Give the line/ })
      .and(page.locator(':focus'))
      .waitFor();

    stream.findSpeakers({
      revised: [{ sequence: 0, start: 0, end: stream.end(), speaker: 0, confidence: 0.9 }],
      settledSeconds: stream.end(),
    });
    stream.say([0, 'Thank you.']);
    await expectTurns(page, [
      'Speaker 3: Where does it hurt?',
      'Speaker 1: Here. It hurts. Right. | Thank you.',
    ]);
    chatter.end();
    await expectRecorded(server, await session(), [
      [2, 2, 2, 2, 0, 0, 0, 0],
      [0, 0],
    ]);
  });

  test('of words that are selected with the pointer can be corrected', async () => {
    const { page, stream } = await listening();
    stream.say([0, 'Where does it hurt? Here. Right.']);
    stream.say([1, 'Since yesterday.']);
    await lines(page).nth(1).waitFor();
    const word = (text: string) => lines(page).first().locator('.word', { hasText: text });
    const [from, to] = [await word('Here.').boundingBox(), await word('Right.').boundingBox()];
    if (!from || !to) throw new Error('the words are not there');
    await page.mouse.move(from.x + 1, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width - 1, to.y + to.height / 2, { steps: 5 });
    await page.mouse.up();
    await page.getByText('These 2 words said by').waitFor();
    await lines(page).first().locator('.moving').getByRole('button', { name: 'Speaker 2' }).click();
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Speaker 2: Here. Right. | Since yesterday.']);
  });

  test('can turn out to be one person, which merges two for good', async () => {
    const { page, stream, session, server } = await listening({ choice: 'Find out how many' });
    stream.say([0, 'Where does it hurt?'], [1, 'Here.'], [2, 'Right here.']);
    await lines(page).nth(2).waitFor();
    const chatter = keepTelling(stream);
    await button(page, /^Speaker 3: change/).click();
    await button(page, 'Same person as Speaker 2').click();
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Speaker 2: Here. Right here.']);
    await button(page, /^Speaker 2: change/)
      .and(page.locator(':focus'))
      .waitFor();
    stream.say([2, 'Ouch.']);
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Speaker 2: Here. Right here. | Ouch.']);
    chatter.end();
    await expectRecorded(server, await session(), [[0, 0, 0, 0, 1, 1, 1], [1]]);
  });

  test('is corrected in the record after the recording, and is in copies and downloads', async () => {
    const { page, stream, session, server } = await listening();
    stream.say([0, 'Where does it hurt?'], [1, 'Here.']);
    await lines(page).nth(1).waitFor();
    server.recognizer.says = 'Bye.';
    await button(page, 'Stop').click();
    await page.getByText('Stopped', { exact: true }).first().waitFor();
    await button(page, /^Speaker 2: change/).click();
    await page.keyboard.type('Ms. Okafor');
    await page.keyboard.press('Enter');
    await lines(page).nth(1).getByRole('button', { name: 'Correct the line at' }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Right here.');
    await page.keyboard.press('Enter');
    await expectTurns(page, [
      'Speaker 1: Where does it hurt?',
      'Ms. Okafor: Right here.',
      'Unknown speaker: Bye.',
    ]);
    await expect
      .poll(async () => (await readRecord(server, await session())).speakers, PATIENCE)
      .toMatchObject([{ speaker: 0 }, { speaker: 1, name: 'Ms. Okafor' }]);

    await button(page, 'Download').click();
    const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Text').click()]);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(
      /^Speaker 1: Where does it hurt\?\nMs\. Okafor: Right here\.\n/,
    );
  });

  test('does not change under the hands of somebody who corrects a line', async () => {
    const { page, stream } = await listening();
    stream.say([0, 'Where does it hurt? Here.']);
    const end = stream.end();
    await lines(page).first().waitFor();
    await lines(page)
      .first()
      .getByRole('button', { name: /^Correct the line/ })
      .click();
    await page.keyboard.press('End');
    await page.keyboard.type(' Right');
    stream.findSpeakers({
      revised: [{ sequence: 0, start: end * 0.8, end, speaker: 1, confidence: 0.9 }],
      settledSeconds: end,
    });
    await button(page, /^Speaker 2: change/).waitFor();
    await page.keyboard.type(' here.');
    await page.keyboard.press('Enter');
    await expectTurns(page, ['Speaker 1: Where does it hurt?', 'Speaker 2: Here. Right here.']);
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each([
      ['a phone', PHONE],
      ['a desktop', DESKTOP],
    ])('axe finds nothing on %s, whatever is open', async (_name, viewport) => {
      const { page, stream } = await listening({ colorScheme, viewport, choice: 'Four people' });
      stream.say([0, 'Where does it hurt?'], [1, 'Here, since yesterday.'], [2, 'She fell.'], [3, 'Mm-hmm.']);
      await lines(page).nth(3).waitFor();
      stream.partial('did you', 0);
      await page.getByText('Speaker 1, still listening …').waitFor();
      await expectAccessible(page, 'turns');
      await button(page, /^Speaker 2: change/).click();
      await page.getByLabel(/^Name of/).fill('Ms. Okafor');
      await page.getByLabel('Role', { exact: true }).selectOption('Patient');
      await expectAccessible(page, 'a speaker being renamed');
      await page.keyboard.press('Enter');
      await lines(page)
        .nth(1)
        .getByRole('button', { name: /^Give the line/ })
        .click();
      await button(page, 'Only some words').click();
      await lines(page).nth(1).getByRole('button', { name: 'since' }).click();
      await expectAccessible(page, 'words being moved');
      expect(await sidewaysScroll(page)).toBe(0);
    });
  });
});

interface Listening {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly server: ScriptedServer;
  readonly stream: Awaited<ReturnType<typeof streamOf>> & { readonly end: () => number };
  /** The id of the session. */
  readonly session: () => Promise<string>;
}

interface ListeningOptions {
  readonly choice?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** The page of a server that hears what the test says, listening to so many people. */
async function listening({ choice = 'Two people', ...context }: ListeningOptions = {}): Promise<Listening> {
  const server = await startScriptedServer();
  const { page, complaints } = await openPage(server.url, { reducedMotion: 'reduce', ...context });
  const isNarrow = context.viewport === PHONE;
  if (isNarrow) await button(page, 'Settings').click();
  await page.getByLabel('At one microphone').selectOption(choice);
  if (isNarrow) await page.keyboard.press('Escape');
  await button(page, 'Start').click();
  // Some seconds, so that words have places of their own.
  const stream = await streamOf(server, 4);
  return {
    page,
    complaints,
    server,
    stream: Object.assign(stream, {
      end: () => stream.pushed.reduce((sum, { length }) => sum + length, 0) / 32_000,
    }),
    session: async () => {
      const answer = await fetch(`${server.url}/api/v1/sessions`);
      const { sessions } = (await answer.json()) as { sessions: readonly { id: string }[] };
      return sessions[0]?.id ?? '';
    },
  };
}

/** Lets the server send messages about speakers all the time. */
function keepTelling(stream: Listening['stream']): { readonly end: () => void } {
  let speaker = 0;
  const timer = setInterval(() => {
    stream.partial('and then', speaker++ % 2);
    stream.findSpeakers({ revised: [], settledSeconds: 0 });
  }, 200);
  return {
    end: () => {
      clearInterval(timer);
    },
  };
}

function lines(page: Page): Locator {
  return page.locator('transcript-line');
}

function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** Waits until the turns are these: the name, and the lines with `|` between utterances. */
async function expectTurns(page: Page, expected: readonly string[]): Promise<void> {
  await expect.poll(() => page.evaluate(readTurns), PATIENCE).toEqual(expected);
}

async function expectRecorded(
  server: ScriptedServer,
  session: string,
  expected: readonly number[][],
): Promise<void> {
  await expect
    .poll(async () => speakersOfWords(await readRecord(server, session)), PATIENCE)
    .toEqual(expected);
}

/** Milliseconds that a loaded machine may take. */
const PATIENCE = { timeout: 60_000 };

/** Runs in the page. */
function readTurns(): readonly string[] {
  const view = document.querySelector('auscult-app')?.shadowRoot?.querySelector('transcript-view');
  const turns: string[] = [];
  for (const line of view?.shadowRoot?.querySelectorAll('transcript-line') ?? []) {
    const root = line.shadowRoot;
    const text = root?.querySelector('.text')?.textContent.replace(/\s+/g, ' ').trim() ?? '';
    const starts = root?.querySelector('.speaker') !== null;
    if (starts) turns.push(`${root?.querySelector('.speaker .name')?.textContent.trim() ?? ''}: ${text}`);
    else turns.push(`${turns.pop() ?? ''} | ${text}`);
  }
  return turns;
}
