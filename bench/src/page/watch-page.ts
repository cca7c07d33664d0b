/** What was observed on a page. Times in milliseconds on its own clock. */
export interface Sightings {
  /** When the first sample was heard. */
  readonly heardFrom: number;
  /** Each text of a partial, and how many finals were shown before it. */
  readonly partials: readonly { readonly at: number; readonly finals: number; readonly text: string }[];
  /** When each final was shown. */
  readonly finalsAt: readonly number[];
  /** Tasks of the main thread longer than 50 ms. */
  readonly longTasks: readonly LongTask[];
}

/** A task of the main thread; times in milliseconds. */
interface LongTask {
  readonly at: number;
  readonly duration: number;
}

interface Watched {
  heardFrom: number;
  partials: { at: number; finals: number; text: string }[];
  finalsAt: number[];
  longTasks: LongTask[];
}

type Scope = typeof globalThis & { sightings: Watched };

/** Runs in the page before its own code: notes when samples come out of the microphone, and how long tasks take. */
export function watchMicrophone(): void {
  const sightings: Watched = { heardFrom: Infinity, partials: [], finalsAt: [], longTasks: [] };
  (globalThis as Scope).sightings = sightings;
  new PerformanceObserver((list) => {
    sightings.longTasks.push(...list.getEntries().map(({ startTime: at, duration }) => ({ at, duration })));
  }).observe({ type: 'longtask', buffered: true });
  globalThis.AudioWorkletNode = class extends AudioWorkletNode {
    constructor(...given: ConstructorParameters<typeof AudioWorkletNode>) {
      super(...given);
      const { sampleRate } = given[0];
      let samples = 0;
      this.port.addEventListener('message', ({ data }: MessageEvent<readonly Float32Array[] | string>) => {
        if (typeof data === 'string') return;
        samples += data[0]?.length ?? 0;
        // Messages may be late by chance but never early: the earliest is closest to the microphone.
        const from = performance.now() - (samples / sampleRate) * 1000;
        sightings.heardFrom = Math.min(sightings.heardFrom, from);
      });
    }
  };
}

/** Runs in the page once it is loaded: notes every change of the text. */
export function watchText(): void {
  const { sightings } = globalThis as Scope;
  const view = document
    .querySelector('auscult-app')
    ?.shadowRoot?.querySelector('transcript-view')?.shadowRoot;
  const partial = view?.querySelector('partial-lines')?.shadowRoot;
  if (!view || !partial) throw new Error('The page has no transcript.');
  const look = (): void => {
    const at = performance.now();
    const finals = view.querySelectorAll('transcript-line').length;
    while (sightings.finalsAt.length < finals) sightings.finalsAt.push(at);
    const text = partial.querySelector('.text')?.textContent ?? '';
    if (text !== '' && text !== sightings.partials.at(-1)?.text)
      sightings.partials.push({ at, finals, text });
  };
  const everything = { childList: true, subtree: true, characterData: true };
  new MutationObserver(look).observe(partial, everything);
  new MutationObserver(look).observe(view, everything);
}

/** Runs in the page: returns what was observed. */
export function takeSightings(): Sightings {
  return (globalThis as Scope).sightings;
}
