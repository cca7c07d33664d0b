import type { KnownSpeaker, Transcriber, TranscriberOptions } from '@auscult/client';
import { describeProblem } from '../shared-recording/describe-recording.js';
import { RecordingElement, recordingAttributes } from '../shared-recording/recording-element.js';
import { isTaking } from '../shared-recording/recording.js';
import { languageOf } from '../shared-messages/language-of.js';
import type { TranscriptEventMap, TranscriptLine } from './transcript-events.js';
import type { TranscriptView } from './transcript-view.js';

/**
 * `<auscult-transcript>`: shows a conversation live, who says what, and lets people correct both. Besides the attributes of
 * every element that records:
 *
 * - `for`: id of an `<auscult-dictation>` whose recording it shows, in place of one of its own
 * - `speakers`: how many people speak, `off`, or `auto` if absent
 * - `corrections`: `on` or `off`, whether corrected texts go into the record of the session; if absent, they do where the element
 *   knows as whom: by `token`, or by the login of the browser
 */
export class TranscriptElement extends RecordingElement {
  static readonly observedAttributes: readonly string[] = [
    ...recordingAttributes,
    'for',
    'speakers',
    'corrections',
  ];

  #view: TranscriptView | undefined;
  /** What it shows, once there is something to show it in. */
  #followed: Transcriber[] = [];
  #transcriber: Transcriber | undefined;
  #isShared = false;
  #unfollow: (() => void) | undefined;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
  }

  connectedCallback(): void {
    if (!this.#unfollow) this.#find();
    void this.#load();
  }

  disconnectedCallback(): void {
    // An element that is only moved to another place goes on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#unfollow?.();
      this.#unfollow = undefined;
      if (!this.#isShared) void this.recording.stop();
    });
  }

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name === 'lang') void this.#load();
    if (name === 'for') this.#find();
  }

  /** A transcriber of the page to show, below what was shown before; whoever made it starts and stops it. */
  get transcriber(): Transcriber | undefined {
    return this.#transcriber;
  }
  set transcriber(transcriber: Transcriber | undefined) {
    this.#transcriber = transcriber;
    if (!transcriber) return;
    this.#isShared = true;
    this.#show(transcriber);
    this.messagesChanged();
  }

  /** The lines so far, with what people have corrected. */
  get lines(): readonly TranscriptLine[] {
    return this.#view?.lines() ?? [];
  }

  /** All of it as text: a line for each, after the name of whoever speaks. */
  get text(): string {
    return this.lines.map(({ name, text }) => (name === undefined ? text : `${name}: ${text}`)).join('\n');
  }

  /** Everybody who speaks. */
  get speakers(): readonly KnownSpeaker[] {
    return this.#view?.people() ?? [];
  }

  /** Starts to record; what goes wrong is told by `auscult-problem`. */
  start(): Promise<void> {
    this.#view?.showProblem('');
    return this.recording.start();
  }

  /** Ends the recording. Resolves when the last text is there. */
  stop(): Promise<void> {
    return this.recording.stop();
  }

  /** Shows nothing any more, but what is said from now on. */
  clear(): void {
    this.#view?.clear();
  }

  protected override get defaults(): TranscriberOptions {
    const speakers = this.getAttribute('speakers') ?? 'auto';
    return {
      speakers: speakers === 'off' || speakers === 'auto' ? speakers : Number(speakers),
      // Nobody knows whether those of an earlier recording are there again.
      firstSpeaker: this.#view?.nextSpeaker() ?? 0,
    };
  }

  protected override recordingChanged(): void {
    this.#isShared = true;
    if (this.isConnected) this.#follow();
  }

  protected override messagesChanged(): void {
    this.#view?.showState(this.#isShared ? undefined : this.recording.state, this.messages);
  }

  /** Follows the recording of the element that `for` names, or its own. */
  #find(): void {
    const root = this.getRootNode() as Document | ShadowRoot;
    const other = root.getElementById(this.getAttribute('for') ?? '');
    if (other instanceof RecordingElement) this.recording = other.recording;
    else this.#follow();
  }

  #follow(): void {
    this.#unfollow?.();
    this.#unfollow = this.recording.follow({
      onTranscriber: (transcriber) => {
        this.#show(transcriber);
      },
      onState: (state) => {
        this.messagesChanged();
        if (!this.#isShared) this.#tell('auscult-state', state);
      },
      onProblem: (problem) => {
        if (this.#isShared) return;
        this.#view?.showProblem(describeProblem(problem, this.messages));
        this.#tell('auscult-problem', problem);
      },
    });
    this.messagesChanged();
  }

  #show(transcriber: Transcriber): void {
    if (this.#view) this.#view.follow(transcriber);
    else this.#followed.push(transcriber);
  }

  readonly #tell = <E extends keyof TranscriptEventMap>(
    event: E,
    detail: TranscriptEventMap[E]['detail'],
  ): boolean => this.tell(event, detail, event === 'auscult-correction');

  /** Whether corrected texts go to the server: as `corrections` says, or else if it is known as who. */
  #sendsCorrections(): boolean {
    const isKnown = this.hasAttribute('token') || (!this.#transcriber && this.recording.hasCredentials());
    return { on: true, off: false }[this.getAttribute('corrections') ?? ''] ?? isKnown;
  }

  /** Loads what it shows, which pages without a transcript do not need, and the texts of its language. */
  async #load(): Promise<void> {
    const { createTranscriptView } = await import('./transcript-view.js');
    const root = this.shadowRoot;
    if (!root) return;
    this.#view ??= createTranscriptView(root, {
      tell: this.#tell,
      toggle: () => {
        void (isTaking(this.recording.state) ? this.stop() : this.start());
      },
      ask: (path, init) => this.recording.ask(path, init),
      sendsCorrections: () => this.#sendsCorrections(),
    });
    for (const transcriber of this.#followed.splice(0)) this.#view.follow(transcriber);
    this.messagesChanged();
    await Promise.all([this.loadLanguage(), this.#view.useLanguage(languageOf(this))]);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'auscult-transcript': TranscriptElement;
  }
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- adds the events of the element to those of all
  interface HTMLElementEventMap extends TranscriptEventMap {}
}
