import type { Page } from 'playwright-core';
import type { SpeakerCorrections, Segment, TranscriberEvents } from '@auscult/client';

declare global {
  interface Window {
    /** Makes an event of the transcriber that only the test speaks for. */
    hear: (event: string, value: unknown) => void;
    /** What the element has told, as type and detail. */
    heardOf: [type: string, detail: unknown][];
    /** What the transcriber was told of speakers. */
    identified: SpeakerCorrections[];
  }
}

/** Gives the transcript element of a page a transcriber that only the test speaks for. */
export async function scriptTranscript(page: Page): Promise<void> {
  // What shows it is loaded only then; the transcriber of a test does not keep what came before.
  await page.locator('auscult-transcript [part=lines]').waitFor();
  await page.evaluate(() => {
    const element = document.querySelector('auscult-transcript');
    const listeners = new Map<string, ((value: unknown) => void)[]>();
    Object.assign(window, { heardOf: [], identified: [] });
    window.hear = (event, value) => {
      for (const listener of listeners.get(event) ?? []) listener(value);
    };
    const transcriber = {
      on: (event: string, listener: (value: unknown) => void) => {
        listeners.set(event, [...(listeners.get(event) ?? []), listener]);
      },
      identify: (corrections: SpeakerCorrections) => window.identified.push(corrections),
      recordOf: ({ sequence }: Segment) => ({ sessionId: 'session', sequence }),
      transcript: { segments: [], speakers: [] },
      state: { kind: 'listening' },
    };
    if (element) element.transcriber = transcriber as never;
    for (const type of ['line', 'correction', 'identification', 'saved', 'unsaved'])
      element?.addEventListener(`auscult-${type}`, (event) => {
        window.heardOf.push([type, (event as CustomEvent).detail]);
      });
  });
}

/** Makes an event arrive from the transcriber. */
export function hear<E extends keyof TranscriberEvents>(
  page: Page,
  event: E,
  value: TranscriberEvents[E],
): Promise<void> {
  return page.evaluate(
    ([name, given]) => {
      window.hear(name, given);
    },
    [event, value] as const,
  );
}

/** Makes finals arrive one after another. */
export async function hearFinals(page: Page, ...finals: readonly Segment[]): Promise<void> {
  for (const final of finals) await hear(page, 'final', final);
}
