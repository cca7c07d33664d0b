import type { Page } from 'playwright-core';
import type { SpokenCommand, TranscriberOptions } from '@auscult/client';
import type { DictationElement, FinalDetail } from '../../src/index.js';

/** A final that a test makes up. */
export interface ScriptedFinal {
  readonly text: string;
  readonly sequence: number;
  readonly removes?: readonly number[];
  readonly words?: FinalDetail['segment']['words'];
}

declare global {
  interface Window {
    /** Says something to the element as a transcriber would. */
    say: (event: string, value: unknown) => void;
    /** What the element has told, as type and detail. */
    toldByElement: [type: string, detail: unknown][];
    /** The commands that the element listens for, once it listens for any. */
    listedCommands: NonNullable<TranscriberOptions['commands']>;
  }
}

/** Gives an element a transcriber that only the test speaks for, and starts it. Like all here, it needs nothing of a page but `evaluate`. */
export async function scriptDictation(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await customElements.whenDefined('auscult-dictation');
    const element = document.querySelector('auscult-dictation') as DictationElement;
    const listeners = new Map<string, ((value: never) => void)[]>();
    let state = { kind: 'idle' };
    window.toldByElement = [];
    window.listedCommands = [];
    window.say = (event, value) => {
      if (event === 'state') state = value as { kind: string };
      for (const listener of listeners.get(event) ?? []) listener(value as never);
    };
    const transcriber = {
      start: () => {
        window.say('state', { kind: 'listening' });
        return Promise.resolve();
      },
      stop: () => {
        window.say('state', { kind: 'stopped' });
        return Promise.resolve();
      },
      close: () => undefined,
      configure: ({ commands }: TranscriberOptions) => {
        window.listedCommands = commands ?? [];
      },
      on: (event: string, listener: (value: never) => void) => {
        listeners.set(event, [...(listeners.get(event) ?? []), listener]);
        return () => undefined;
      },
      get state() {
        return state;
      },
    };
    element.createTranscriber = () => transcriber as never;
    for (const type of ['state', 'partial', 'final', 'removed', 'unwritten', 'command', 'problem'])
      element.addEventListener(`auscult-${type}`, (event) => {
        window.toldByElement.push([type, (event as CustomEvent).detail]);
      });
    await element.start();
    // What shows over the fields is loaded only then.
    while (!element.shadowRoot?.querySelector('.overlay')) await new Promise(requestAnimationFrame);
  });
}

/** Makes a final of a text arrive. */
export function sayFinal(page: Page, final: ScriptedFinal): Promise<void> {
  return page.evaluate((segment) => {
    window.say('final', { start: 0, end: 1, confidence: 1, ...segment });
  }, final);
}

/** Says a command of the element, once it listens for it: the first phrase with these variables. */
export async function sayCommand(
  page: Page,
  id: string,
  variables: SpokenCommand['variables'] = {},
): Promise<void> {
  await page.evaluate(
    async ([wanted, values]) => {
      const phraseOf = () => window.listedCommands.find((one) => one.id === wanted)?.phrase;
      while (phraseOf() === undefined) await new Promise(requestAnimationFrame);
      const phrase = phraseOf();
      const command = { id: wanted, phrase, variables: values, text: phrase };
      window.say('command', { ...command, start: 0, end: 1, confidence: 1, sequence: 0 });
    },
    [id, variables] as const,
  );
}

/** Makes a partial arrive; an empty one takes the one before back. */
export function sayPartial(page: Page, text: string, sequence: number): Promise<void> {
  return page.evaluate(
    (segment) => {
      window.say('partial', { start: 0, end: 1, confidence: 1, ...segment });
    },
    { text, sequence },
  );
}
