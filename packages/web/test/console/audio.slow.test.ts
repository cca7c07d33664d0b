import { describe, expect, test } from 'vitest';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { startConsoleServer } from '../support/console-server.js';
import { openConsole } from '../support/open-console.js';

type Noting = typeof globalThis & { saidWords: string[] };

describe.skipIf(chromiumPath === undefined)(`kept audio${needsChromium}`, { timeout: 120_000 }, () => {
  test('is played in step with the words, from any word, and by keys', async () => {
    const server = await startConsoleServer();
    const doctor = await server.somebody('clinician');
    const id = await server.record(doctor, ['morning', 'my', 'left', 'knee', 'pain']);
    const { page, complaints, carried } = await openConsole(server, doctor, { place: `#sessions/${id}` });
    const words = page.locator('record-final .word');
    const said = page.locator('record-final .word.said');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    const heard = (await carried()).filter(({ path }) => path.includes('/audio'));
    expect(heard, 'audio that nobody has asked for').toEqual([]);

    await page.evaluate(noteSaidWords);
    await words.filter({ hasText: 'knee' }).click();
    // It goes on by itself, to the last word.
    await said.filter({ hasText: 'pain' }).waitFor();
    expect(await page.evaluate(() => (globalThis as Noting).saidWords[0])).toBe('knee');
    await page.getByRole('button', { name: 'Play' }).waitFor();

    const position = page.getByRole('slider', { name: 'Position' });
    await position.focus();
    await page.keyboard.press('Home');
    await said.filter({ hasText: 'morning' }).waitFor();
    const steps: string[] = [];
    for (const name of ['Word after', 'Word after', 'Word after', 'Word before']) {
      await page.getByRole('button', { name }).press('Enter');
      steps.push(await said.innerText());
    }
    expect(steps).toEqual(['my', 'left', 'knee', 'left']);
    expect(await said.count()).toBe(1);
    await page.getByLabel('Speed').selectOption('2×');
    await page.getByRole('button', { name: 'Hear from 0:02' }).press('Enter');
    await said.filter({ hasText: 'pain' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('is not offered where none is kept, and the console says so', async () => {
    const server = await startConsoleServer({ keepAudio: 'false' });
    const doctor = await server.somebody('clinician');
    const id = await server.record(doctor, ['good morning']);
    const { page } = await openConsole(server, doctor, { place: `#sessions/${id}` });
    await page.getByText('The audio of this session was not kept').waitFor();
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(0);
  });
});

/** Runs in the page: notes each word as it is marked, since one is said for less time than a test may take to look. */
function noteSaidWords(): void {
  const noted: string[] = [];
  (globalThis as Noting).saidWords = noted;
  const view = document
    .querySelector('auscult-console')
    ?.shadowRoot?.querySelector('session-view')?.shadowRoot;
  for (const final of view?.querySelectorAll('record-final') ?? []) {
    const watcher = new MutationObserver((changes) => {
      for (const { target } of changes)
        if (target instanceof Element && target.matches('.said')) noted.push(target.textContent);
    });
    if (final.shadowRoot !== null)
      watcher.observe(final.shadowRoot, { subtree: true, attributeFilter: ['class'] });
  }
}
