import type { KnownSpeaker, Transcriber, TranscriberOptions } from '@auscult/client';
import { describeProblem, describeState } from '../shared-recording/describe-recording.js';
import { RecordingElement, recordingAttributes } from '../shared-recording/recording-element.js';
import { isTaking } from '../shared-recording/recording.js';
import { baseStyles } from '../shared-styles/base-styles.js';
import { make } from '../shared-styles/make.js';
import { sheetOf } from '../shared-styles/sheet-of.js';
import { textOfCells } from './cells.js';
import { createConversation } from './conversation.js';
import type { Line } from './lines-of.js';
import { createLineView, type LineView } from './line-view.js';
import { namePeople } from './name-people.js';
import type { TranscriptEventMap } from './transcript-events.js';
import { transcriptStyles } from './transcript-styles.js';

/** A line as it is read, with the corrections of people. */
export interface TranscriptLine {
  /** What the speaker is called; absent if speakers are not told apart. */
  readonly name?: string;
  readonly speaker?: number;
  readonly text: string;
  /** Seconds of audio since the recording began. */
  readonly start: number;
  readonly end: number;
}

/** Screen readers announce so many of the last finals: earlier ones have been announced. */
const ANNOUNCED = 3;
/** If it is scrolled to within so many pixels of its end, it follows the text. */
const NEAR_END = 80;

/**
 * `<auscult-transcript>`: shows a conversation live, who says what, and lets people correct both. Besides the attributes of
 * every element that records:
 *
 * - `for`: id of an `<auscult-dictation>` whose recording it shows, in place of one of its own
 * - `speakers`: how many people speak, `off`, or `auto` if absent
 */
export class TranscriptElement extends RecordingElement {
  static readonly observedAttributes: readonly string[] = [...recordingAttributes, 'for', 'speakers'];

  readonly #views = new Map<string, LineView>();
  readonly #conversation = createConversation({
    onChange: () => {
      this.#renderSoon();
    },
    onFinal: (segment) => {
      this.#announce(segment.text, segment.speaker);
      this.tell('auscult-line' satisfies keyof TranscriptEventMap, segment);
    },
    onCorrected: ({ segment, cells }) => {
      this.tell('auscult-correction' satisfies keyof TranscriptEventMap, {
        segment,
        text: textOfCells(cells),
      });
    },
    onIdentified: (corrections) => {
      this.tell('auscult-identification' satisfies keyof TranscriptEventMap, corrections);
    },
  });
  #isShared = false;
  #isWaiting = false;
  #shown: ReadonlyMap<string, readonly Line[]> = new Map();
  #transcriber: Transcriber | undefined;
  #unfollow: (() => void) | undefined;

  readonly #button = make('button', { part: 'button', type: 'button' });
  readonly #state = make('span', { part: 'state', role: 'status' });
  readonly #controls = make('div', { part: 'controls' }, this.#button, this.#state);
  readonly #problem = make('div', { part: 'problem', role: 'alert' });
  readonly #lines = make('div', { part: 'lines', role: 'log', 'aria-live': 'off', tabindex: '0' });
  readonly #empty = make('p', { part: 'empty' });
  readonly #partial = make('p', { part: 'partial' });
  readonly #announced = make('div', { class: 'spoken', 'aria-live': 'polite', 'aria-relevant': 'additions' });

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheetOf(baseStyles), sheetOf(transcriptStyles)];
    root.append(this.#controls, this.#problem, this.#lines, this.#announced);
    this.#button.addEventListener(
      'click',
      () => void (isTaking(this.recording.state) ? this.stop() : this.start()),
    );
  }

  connectedCallback(): void {
    if (!this.#unfollow) this.#find();
    void this.loadLanguage();
    this.#renderSoon();
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
    if (name === 'lang') void this.loadLanguage();
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
    this.#conversation.follow(transcriber);
    this.#showState();
  }

  /** The lines so far, with what people have corrected. */
  get lines(): readonly TranscriptLine[] {
    const people = this.#conversation.people();
    const nameOf = namePeople(people, this.messages);
    return this.#allLines().map(({ start, end, speaker, cells }) => ({
      ...{ start, end, text: textOfCells(cells) },
      ...(people.length > 0 && { name: nameOf(speaker) }),
      ...(speaker !== undefined && { speaker }),
    }));
  }

  /** All of it as text: a line for each, after the name of whoever speaks. */
  get text(): string {
    return this.lines.map(({ name, text }) => (name === undefined ? text : `${name}: ${text}`)).join('\n');
  }

  /** Everybody who speaks. */
  get speakers(): readonly KnownSpeaker[] {
    return this.#conversation.people();
  }

  /** Starts to record; what goes wrong is told by `auscult-problem`. */
  start(): Promise<void> {
    this.#problem.textContent = '';
    return this.recording.start();
  }

  /** Ends the recording. Resolves when the last text is there. */
  stop(): Promise<void> {
    return this.recording.stop();
  }

  /** Shows nothing any more, but what is said from now on. */
  clear(): void {
    this.#conversation.clear();
    this.#announced.replaceChildren();
  }

  protected override get defaults(): TranscriberOptions {
    const speakers = this.getAttribute('speakers') ?? 'auto';
    return {
      speakers: speakers === 'off' || speakers === 'auto' ? speakers : Number(speakers),
      // Nobody knows whether those of an earlier recording are there again.
      firstSpeaker: this.#conversation.nextSpeaker(),
    };
  }

  protected override recordingChanged(): void {
    this.#isShared = true;
    if (this.isConnected) this.#follow();
  }

  protected override messagesChanged(): void {
    this.#renderSoon();
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
        this.#conversation.follow(transcriber);
      },
      onState: (state) => {
        this.#showState();
        if (!this.#isShared) this.tell('auscult-state', state);
      },
      onProblem: (problem) => {
        if (this.#isShared) return;
        this.#problem.textContent = describeProblem(problem, this.messages);
        this.tell('auscult-problem', problem);
      },
    });
    this.#showState();
  }

  #showState(): void {
    const { messages, recording } = this;
    this.#controls.hidden = this.#isShared;
    this.#button.textContent = isTaking(recording.state) ? messages.stopRecording : messages.record;
    const state = recording.state.kind === 'idle' ? '' : describeState(recording.state, messages);
    if (this.#state.textContent !== state) this.#state.textContent = state;
  }

  #announce(text: string, speaker: number | undefined): void {
    if (text.trim() === '') return;
    const nameOf = namePeople(this.#conversation.people(), this.messages);
    const said = speaker === undefined ? text : `${nameOf(speaker)}: ${text}`;
    this.#announced.append(make('p', {}, said.trim()));
    while (this.#announced.childElementCount > ANNOUNCED) this.#announced.firstElementChild?.remove();
  }

  #allLines(): readonly Line[] {
    return this.#conversation.finals().flatMap(({ lines }) => lines);
  }

  /** Several changes are shown at once. */
  #renderSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      this.#render();
    });
  }

  #render(): void {
    const { messages } = this;
    const conversation = this.#conversation;
    const people = conversation.people();
    const nameOf = namePeople(people, messages);
    const follows = this.#lines.scrollHeight - this.#lines.clientHeight - this.#lines.scrollTop < NEAR_END;
    this.#showState();
    this.#lines.setAttribute('aria-label', messages.transcript);
    this.#empty.textContent = messages.nothingSaid;
    this.#partial.replaceChildren(
      make('span', { class: 'spoken' }, `${messages.stillSpeaking} `),
      ...conversation
        .partials()
        .map(({ text, speaker }) =>
          speaker === undefined || people.length === 0 ? text : `${nameOf(speaker)}: ${text}`,
        ),
    );
    this.#partial.hidden = conversation.partials().length === 0;
    const lines = this.#linesToShow();
    const shownWith = { messages, people, nameOf };
    const elements = lines.map((line, index) => {
      const view = this.#views.get(line.id) ?? createLineView(conversation, () => this.#renderSoon());
      this.#views.set(line.id, view);
      const startsTurn = index === 0 || lines[index - 1]?.speaker !== line.speaker;
      view.show(line, { ...shownWith, startsTurn });
      return view.element;
    });
    for (const [id, { element }] of this.#views) if (!elements.includes(element)) this.#views.delete(id);
    const hadFocus = this.#lines.contains(this.shadowRoot?.activeElement ?? null);
    arrange(this.#lines, [...(elements.length === 0 ? [this.#empty] : elements), this.#partial]);
    if (hadFocus && !this.shadowRoot?.activeElement) this.#lines.focus();
    if (follows) this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  /** The lines; those of a final that a person is at stay as they were. */
  #linesToShow(): readonly Line[] {
    const before = this.#shown;
    this.#shown = new Map(
      this.#conversation.finals().map(({ key, lines }) => {
        const shown = before.get(key) ?? [];
        return [key, shown.some(({ id }) => this.#views.get(id)?.isHeld()) ? shown : lines];
      }),
    );
    return [...this.#shown.values()].flat();
  }
}

/** Gives an element these children; those that stay are not moved, so that they keep the focus. */
function arrange(parent: HTMLElement, children: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    const there = parent.children[index] ?? null;
    if (there !== child) parent.insertBefore(child, there);
  });
}

declare global {
  interface HTMLElementTagNameMap {
    'auscult-transcript': TranscriptElement;
  }
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- adds the events of the element to those of all
  interface HTMLElementEventMap extends TranscriptEventMap {}
}
