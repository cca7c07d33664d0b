import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { roomTone, type DecodedClip } from '../clips/sound.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { shownOnPage, type FinalWords } from '../page/shown-on-page.js';
import { takeFieldSightings, watchField } from '../page/watch-field.js';
import { takeSightings, type Sightings, watchMicrophone, watchText } from '../page/watch-page.js';
import { wavOf } from '../page/wav.js';

/** What the page costs, and how fast it is. Times in seconds. */
export interface PageResults {
  /** All bytes transferred on a cold cache, headers included. */
  readonly loadBytes: number;
  readonly requests: number;
  readonly firstPaint?: Distribution | undefined;
  /** From navigation until the page can be used. */
  readonly usable?: Distribution | undefined;
  /** From the end of a word at the microphone to the partial that shows it first. */
  readonly wordInPartial?: Distribution | undefined;
  /** The same for all words, shown by a partial or by a final. */
  readonly wordAnywhere?: Distribution | undefined;
  readonly words: number;
  /** The same by `<auscult-dictation>`: from the end of a word until it stands over the field, or in its value. */
  readonly wordOverField?: Distribution | undefined;
  readonly wordInField?: Distribution | undefined;
  /**
   * Tasks of the main thread over 50 ms: from the first sample on, and before it, while the page loads and
   * starts.
   */
  readonly longTasks: LongTasks;
  readonly longTasksBefore: LongTasks;
}

/** How many, and the longest, seconds; 0 for none. */
interface LongTasks {
  readonly count: number;
  readonly longest: number;
}

/** How the page is measured. */
export interface PageOptions {
  readonly chromium: string;
  /** How often it is loaded. */
  readonly loads: number;
  readonly gapSeconds: number;
}

/** Loads the page several times on a cold cache, then speaks the clips into its microphone. */
export async function measurePage(
  clips: readonly DecodedClip[],
  url: string,
  options: PageOptions,
): Promise<{ readonly model: string; readonly results: PageResults }> {
  const loads: Load[] = [];
  for (let load = 0; load < options.loads; load++) loads.push(await measureLoad(url, options));
  const spoken = await withSpeech(clips, options, (page, seconds) => speakToPage(page, url, seconds));
  const dictated = await withSpeech(clips, options, (page, seconds) => speakToField(page, url, seconds));
  const { model } = (await (await fetch(`${url}/health`)).json()) as { readonly model: string };
  return {
    model,
    results: {
      loadBytes: Math.max(...loads.map(({ bytes }) => bytes)),
      requests: Math.max(...loads.map(({ requests }) => requests)),
      firstPaint: distribution(loads.map(({ firstPaint }) => firstPaint)),
      usable: distribution(loads.map(({ usable }) => usable)),
      ...spoken,
      ...dictated,
    },
  };
}

interface Load {
  readonly bytes: number;
  readonly requests: number;
  readonly firstPaint: number;
  readonly usable: number;
}

async function measureLoad(url: string, { chromium: executablePath }: PageOptions): Promise<Load> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.getByRole('button', { name: 'Start' }).waitFor();
    return await page.evaluate(() => {
      const files = [
        ...performance.getEntriesByType('navigation'),
        ...performance.getEntriesByType('resource'),
      ] as PerformanceResourceTiming[];
      const paint = performance.getEntriesByName('first-contentful-paint').at(0)?.startTime ?? Number.NaN;
      return {
        bytes: files.reduce((sum, { transferSize }) => sum + transferSize, 0),
        requests: files.length,
        firstPaint: paint / 1000,
        usable: performance.now() / 1000,
      };
    });
  } finally {
    await browser.close();
  }
}

/** Gives a page whose microphone hears the clips, which take so many seconds. */
async function withSpeech<Result>(
  clips: readonly DecodedClip[],
  options: PageOptions,
  use: (page: Page, seconds: number) => Promise<Result>,
): Promise<Result> {
  const gap = roomTone(options.gapSeconds).pcm;
  const pcm = [roomTone(1).pcm, ...clips.flatMap((clip) => [clip.pcm, gap])];
  const folder = mkdtempSync(join(tmpdir(), 'bench-page-'));
  const speech = join(folder, 'speech.wav');
  writeFileSync(speech, wavOf(pcm));
  const browser = await chromium.launch({
    executablePath: options.chromium,
    args: [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${speech}%noloop`,
    ],
  });
  try {
    const page = await (await browser.newContext({ permissions: ['microphone'] })).newPage();
    await page.addInitScript(watchMicrophone);
    return await use(page, pcm.reduce((sum, { length }) => sum + length, 0) / 16_000);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function speakToPage(page: Page, url: string, seconds: number) {
  await page.goto(url);
  await page.getByRole('button', { name: 'Start' }).waitFor();
  await page.evaluate(watchText);
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Listening', { exact: true }).first().waitFor();
  await page.waitForTimeout(seconds * 1000);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped', { exact: true }).first().waitFor();
  const sightings = await page.evaluate(takeSightings);
  const finals = await page.locator('transcript-line').evaluateAll((lines) =>
    lines.map((line) =>
      (line as unknown as { readonly line: { readonly words: FinalWords } }).line.words.map(({ end }) => ({
        end,
      })),
    ),
  );
  const { inPartial, anywhere } = shownOnPage(finals, sightings);
  return {
    wordInPartial: distribution(inPartial),
    wordAnywhere: distribution(anywhere),
    words: anywhere.length,
    longTasks: summary(sightings.longTasks.filter(({ at }) => at >= sightings.heardFrom)),
    longTasksBefore: summary(sightings.longTasks.filter(({ at }) => at < sightings.heardFrom)),
  };
}

async function speakToField(page: Page, url: string, seconds: number) {
  await page.goto(url);
  await page.addScriptTag({ url: new URL('elements/auscult-elements.js', url).href, type: 'module' });
  await page.evaluate(watchField);
  const element = page.locator('auscult-dictation');
  await element.getByRole('button').first().click();
  await element.getByText('Listening.', { exact: true }).waitFor();
  await page.waitForTimeout(seconds * 1000);
  await element.getByRole('button').first().click();
  await element.getByText('Stopped.', { exact: true }).waitFor();
  const { sightings, finals } = await page.evaluate(takeFieldSightings);
  const { anywhere, inFinal } = shownOnPage(finals, sightings);
  return { wordOverField: distribution(anywhere), wordInField: distribution(inFinal) };
}

function summary(tasks: Sightings['longTasks']): LongTasks {
  return { count: tasks.length, longest: Math.max(0, ...tasks.map(({ duration }) => duration)) / 1000 };
}
