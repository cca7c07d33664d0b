import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How often something is asked for while it is watched, milliseconds; after a failure it takes twice as long each time. */
const OFTEN_MS = 5000;
const SELDOM_MS = 60_000;

/** Without anything done for so long, nobody is taken to be watching, since asking would keep their login alive. */
const WATCHED_MS = 5 * 60_000;

/** Asks again and again, for as long as the element is in a page that somebody watches. */
export class Poll implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isShown: boolean };
  readonly #ask: () => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #everyMs = OFTEN_MS;
  #usedAt = performance.now();
  #isPaused = false;
  #isAsking = false;
  #listeners: AbortController | undefined;

  /** `ask` resolves with whether the server answered. */
  constructor(host: ReactiveControllerHost & { readonly isShown: boolean }, ask: () => Promise<boolean>) {
    this.#host = host;
    this.#ask = ask;
    host.addController(this);
  }

  /** Whether it has ceased because nobody seems to watch. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  hostConnected(): void {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    for (const event of ['keydown', 'pointerdown', 'pointermove', 'wheel'])
      addEventListener(event, this.#onUse, { signal, passive: true });
    document.addEventListener('visibilitychange', this.#onUse, { signal });
    void this.now();
  }

  hostDisconnected(): void {
    this.#listeners?.abort();
    clearTimeout(this.#timer);
  }

  /** Asks at once. */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isAsking) return;
    this.#isAsking = true;
    const answered = await this.#ask();
    this.#isAsking = false;
    this.#everyMs = answered ? OFTEN_MS : Math.min(SELDOM_MS, this.#everyMs * 2);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#listeners?.signal.aborted !== false) return;
    this.#timer = setTimeout(() => {
      if (document.hidden || !this.#host.isShown) this.#wait();
      else if (performance.now() - this.#usedAt > WATCHED_MS) this.#setPaused(true);
      else void this.now();
    }, this.#everyMs);
  }

  readonly #onUse = (): void => {
    this.#usedAt = performance.now();
    if (!this.#isPaused) return;
    this.#setPaused(false);
    void this.now();
  };

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#host.requestUpdate();
  }
}
