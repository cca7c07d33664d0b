import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Answer, Refusal } from '../../page/server/ask.js';

/** Something that is asked of the server, and what has come of it. */
export type AskedState<Body> =
  | { readonly kind: 'asking' }
  | { readonly kind: 'ready'; readonly body: Body }
  | { readonly kind: 'failed'; readonly refusal: Refusal };

/** Asks for something, and renders its element again when the answer is there. Of several answers, the last asked for counts. */
export class Asked<Body> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #question: () => Promise<Answer<Body>>;
  #state: AskedState<Body> = { kind: 'asking' };
  #number = 0;

  constructor(host: ReactiveControllerHost, question: () => Promise<Answer<Body>>) {
    this.#host = host;
    this.#question = question;
    host.addController(this);
  }

  get state(): AskedState<Body> {
    return this.#state;
  }

  /** What the server answered; undefined until then, and if it refused. */
  get body(): Body | undefined {
    return this.#state.kind === 'ready' ? this.#state.body : undefined;
  }

  /** An answer that comes later is for nobody. */
  hostDisconnected(): void {
    this.#number++;
  }

  /** Asks; until the answer is there, nothing is shown. */
  async ask(): Promise<void> {
    this.#set({ kind: 'asking' });
    await this.refresh();
  }

  /** Asks again; until the answer is there, the former one stays. */
  async refresh(): Promise<void> {
    const number = ++this.#number;
    const answer = await this.#question();
    if (number !== this.#number) return;
    this.#set(
      answer.kind === 'ok' ? { kind: 'ready', body: answer.body } : { kind: 'failed', refusal: answer },
    );
  }

  #set(state: AskedState<Body>): void {
    this.#state = state;
    this.#host.requestUpdate();
  }
}
