import type { Transcriber, TranscriberOptions } from '@auscult/client';
import type { Template } from '../commands/read-templates.js';
import type { VoiceCommands } from '../commands/voice-commands.js';
import type { Surroundings } from '../fields/fit-text.js';
import { describeProblem, describeState } from '../shared-recording/describe-recording.js';
import { RecordingElement, recordingAttributes } from '../shared-recording/recording-element.js';
import { isTaking } from '../shared-recording/recording.js';
import { loadSmallWords } from '../small-words/load-small-words.js';
import { baseStyles } from '../shared-styles/base-styles.js';
import { make } from '../shared-styles/make.js';
import { sheetOf } from '../shared-styles/sheet-of.js';
import { createDictation, type Dictation } from './dictation.js';
import type { DictationEventMap, RemovedDetail, TellDictation, UnwrittenDetail } from './dictation-events.js';
import { dictationStyles } from './dictation-styles.js';
import { createMicrophoneChoice } from './microphone-choice.js';
import type { Overlay } from './overlay.js';
import { DEFAULT_SHORTCUT, listenToKeys } from './dictation-keys.js';
import { createTargetFields, type TargetFields } from './target-fields.js';

/**
 * `<auscult-dictation>`: writes what is dictated into text fields of the page, at the caret. Besides the attributes of
 * every element that records:
 *
 * - `for`: ids of fields, or of what holds them; text goes into the one that the person is in, or was in last. Every field
 *   of the page if absent, but for those in an element with `data-no-dictation`
 * - `mode`: `toggle`, or `hold` to dictate while the key or the button is held
 * - `shortcut`: keys that start and stop, `Alt+Shift+D` if absent, none if empty
 * - `alternatives-shortcut`: keys that go to the next doubtful word, `Alt+Shift+A` if absent, none if empty
 * - `commands`: `off` to carry out no voice commands, such as `next field`
 */
export class DictationElement extends RecordingElement {
  static readonly observedAttributes: readonly string[] = [
    ...recordingAttributes,
    'for',
    'mode',
    'shortcut',
    'alternatives-shortcut',
    'commands',
  ];

  /** The fields to write into, or what holds them, in place of `for`. */
  fields: readonly Element[] | undefined;
  /** What `insert` inserts by name, the templates of the server if undefined. */
  templates: readonly Template[] | undefined;
  #targets: TargetFields | undefined;
  #dictation: Dictation | undefined;
  #connection: AbortController | undefined;
  #unfollow: (() => void) | undefined;
  #commands: VoiceCommands | undefined;

  #smallWords: ReadonlySet<string> = new Set();

  readonly #button = make('button', { part: 'button', type: 'button' });
  readonly #level = make('div', { part: 'level', 'aria-hidden': 'true' });
  readonly #state = make('span', { part: 'state', role: 'status' });
  readonly #problemText = make('div', { part: 'problem', role: 'alert' });
  readonly #unwritten = make('p', { part: 'unwritten', hidden: '' });
  readonly #microphone = createMicrophoneChoice((deviceId) => this.#useMicrophone(deviceId));
  readonly #menu = make('div', { part: 'alternatives', role: 'menu', popover: '' });
  /** Once there is anything to be shown over fields. */
  #overlay: Overlay | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheetOf(baseStyles), sheetOf(dictationStyles)];
    root.append(
      this.#button,
      this.#level,
      this.#microphone.element,
      this.#state,
      this.#problemText,
      this.#unwritten,
      this.#menu,
    );
    this.#button.addEventListener('click', () => {
      if (!this.isHeld) this.toggle();
    });
    // The field keeps the focus, and with it the caret.
    this.#button.addEventListener('mousedown', (event) => event.preventDefault());
    this.#microphone.element.addEventListener('focus', () => void this.#listMicrophones());
  }

  connectedCallback(): void {
    if (this.#connection) return;
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    this.#targets = createTargetFields({
      from: this,
      named: () => this.fields ?? this.getAttribute('for') ?? undefined,
      onChange: () => this.#overlay?.follow(),
    });
    this.#dictation = createDictation({
      target: () => this.#targets?.current(),
      fitting: () => this.#fitting(),
      fillIn: (...said) => this.#commands?.fillIn(...said),
      tell: this.#tell,
      onChange: () => this.#overlay?.update(),
    });
    listenToKeys(this, this.#button, signal);
    this.recordingChanged();
    void this.loadLanguage();
    void this.#listMicrophones();
  }

  disconnectedCallback(): void {
    // An element that is only moved to another place goes on.
    queueMicrotask(() => {
      if (!this.isConnected) void this.#leave();
    });
  }

  attributeChangedCallback(name: string): void {
    if (!this.#connection) return;
    if (name === 'lang') void this.loadLanguage();
    this.#show();
  }

  /** Whether it dictates only while the key or the button is held. */
  get isHeld(): boolean {
    return this.getAttribute('mode') === 'hold';
  }

  /** Whether it listens, or is about to. */
  get isDictating(): boolean {
    return isTaking(this.recording.state);
  }

  /** Starts to dictate; what went wrong is told by `auscult-problem`. */
  start(): Promise<void> {
    this.#problemText.textContent = '';
    loadSmallWords(this.transcriberOptions().language ?? 'en').then(
      (words) => (this.#smallWords = words),
      // Capitals stay as they were heard.
      () => (this.#smallWords = new Set()),
    );
    return this.recording.start();
  }

  /** Ends the dictation. Resolves when the last words are written. */
  stop(): Promise<void> {
    return this.recording.stop();
  }

  toggle(): void {
    void (this.isDictating ? this.stop() : this.start());
  }

  /** Goes to the next doubtful word behind the caret, and offers what else may have been said. */
  async checkNextWord(): Promise<void> {
    const doubts = this.#dictation?.doubts() ?? [];
    const writer = this.#targets?.current();
    const caret = writer?.selection().end ?? 0;
    const here = doubts
      .filter((doubt) => doubt.writer === writer)
      .toSorted((one, other) => one.mark.start - other.mark.start);
    const next = here.find(({ mark }) => mark.end >= caret) ?? here[0] ?? doubts[0];
    if (!next) {
      this.#say(this.messages.noDoubt);
      return;
    }
    const { openAlternatives } = await import('./alternatives-menu.js');
    next.writer.field.element.focus();
    next.writer.field.select(next.mark);
    openAlternatives(next, {
      menu: this.#menu,
      labels: this.messages,
      choose: (alternative) => {
        if (alternative && !alternative.mark.isTouched)
          next.writer.replace(alternative.mark, alternative.text);
        this.#dictation?.settle(next);
      },
    });
  }

  protected override get defaults(): TranscriberOptions {
    return { writtenForm: 'on', dictationCommands: 'on', unsettled: true };
  }

  protected override recordingChanged(): void {
    if (!this.#connection) return;
    this.#unfollow?.();
    this.#unfollow = this.recording.follow({
      onTranscriber: (transcriber) => {
        this.#dictation?.follow(transcriber);
        void this.#assist(transcriber);
        transcriber.on('level', ([level]) => {
          this.#level.style.setProperty('--level', String(Math.sqrt(level?.peak ?? 0)));
        });
      },
      onState: (state) => {
        this.#show();
        this.#tell('auscult-state', state);
        if (state.kind === 'listening') void this.#listMicrophones();
      },
      onProblem: (problem) => {
        this.#problemText.textContent = describeProblem(problem, this.messages);
        this.#tell('auscult-problem', problem);
      },
    });
    this.#show();
  }

  protected override messagesChanged(): void {
    this.#show();
    void this.#listMicrophones();
  }

  /** Loads what is needed once somebody dictates. Without it, nothing is shown over fields, and all that is said is text. */
  async #assist(transcriber: Transcriber): Promise<void> {
    const loaded = await import('./assistance.js').catch(() => undefined);
    const [targets, dictation, signal] = [this.#targets, this.#dictation, this.#connection?.signal];
    if (!loaded || !targets || !dictation || !signal) return;
    if (!this.#overlay) {
      this.#overlay = loaded.createOverlay({
        provisional: () => this.#dictation?.provisional(),
        doubts: () => this.#dictation?.doubts() ?? [],
        fitting: () => this.#fitting(),
      });
      this.shadowRoot?.append(this.#overlay.element);
      this.#overlay.update();
    }
    this.#commands ??= loaded.createVoiceCommands({
      element: this,
      targets,
      dictation,
      options: () => this.transcriberOptions(),
      carriesOut: () => this.getAttribute('commands') !== 'off',
      templates: () => this.templates,
      tell: (command, field) => this.tell('auscult-command', { ...command, field }, true),
      say: (text) => {
        if (text === '') this.#show();
        else if (text !== undefined) this.#say(text);
      },
      fitting: () => this.#fitting(),
      follow: () => this.#overlay?.follow(),
      signal,
    });
    this.#commands.follow(transcriber);
  }

  readonly #tell: TellDictation = (event, detail) => {
    this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
    if (event === 'auscult-unwritten') this.#showUnwritten((detail as UnwrittenDetail).segment.text);
    if (event === 'auscult-removed')
      this.#say((detail as RemovedDetail).kept ? this.messages.keptWords : this.messages.takenBack);
    if (event === 'auscult-final') this.#show();
  };

  #show(): void {
    const { messages, recording } = this;
    const isPressed = this.isDictating;
    this.#button.textContent = isPressed ? messages.stop : messages.start;
    this.#button.setAttribute('aria-pressed', String(isPressed));
    this.#button.setAttribute('aria-keyshortcuts', this.getAttribute('shortcut') ?? DEFAULT_SHORTCUT);
    this.#microphone.element.setAttribute('aria-label', messages.microphone);
    const lacksField = recording.state.kind === 'listening' && !this.#targets?.current();
    this.#say(lacksField ? messages.noField : describeState(recording.state, messages));
  }

  /** Says something in the live region, unless it was the last that was said. */
  #say(text: string): void {
    if (this.#state.textContent !== text) this.#state.textContent = text;
  }

  /** Shows text that no field took, so that it can be copied. */
  #showUnwritten(text: string): void {
    const before = this.#unwritten.textContent || this.messages.unwritten;
    this.#unwritten.textContent = `${before}\n${text}`;
    this.#unwritten.hidden = false;
  }

  #fitting(): Pick<Surroundings, 'keyTerms' | 'smallWords'> {
    const { keyTerms = [] } = this.transcriberOptions();
    return {
      keyTerms: keyTerms.map((term) => (typeof term === 'string' ? term : term.text)),
      smallWords: this.#smallWords,
    };
  }

  #listMicrophones(): Promise<void> {
    return this.#microphone.list(this.getAttribute('microphone') ?? '', this.messages.defaultMicrophone);
  }

  #useMicrophone(deviceId: string): void {
    this.setAttribute('microphone', deviceId);
    if (this.isDictating) void this.recording.transcriber?.useMicrophone(deviceId).catch(() => undefined);
  }

  async #leave(): Promise<void> {
    this.#connection?.abort();
    this.#connection = this.#commands = undefined;
    const targets = this.#targets;
    await this.recording.stop();
    if (this.isConnected) return;
    this.#unfollow?.();
    targets?.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'auscult-dictation': DictationElement;
  }
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- adds the events of the element to those of all
  interface HTMLElementEventMap extends DictationEventMap {}
}
