import { localized, msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { showLanguage } from '../../localize/language.js';
import { dayAndTime } from '../../localize/numbers.js';
import { download } from '../exports/download.js';
import type { ExportFormat } from '../exports/formats.js';
import { asText } from '../exports/text.js';
import type { TranscriptExport } from '../exports/transcript-export.js';
import { createFileTranscription, isBusy } from '../files/file-transcription.js';
import { createTranscriptionsApi } from '../files/transcriptions-api.js';
import { deleteKept, keepTranscript, readKept } from '../keep/kept-transcript.js';
import { createLogin, identityIn } from '../login/login.js';
import type { Identity } from '../login/login-api.js';
import { watchMicrophones } from '../recording/microphones.js';
import { isUnderWay } from '../recording/recording-state.js';
import { createLiveRecording } from '../recording/live-recording.js';
import { followPerson } from '../settings/follow-person.js';
import { loadSettings } from '../settings/settings.js';
import { applyTheme, isDark } from '../settings/theme.js';
import { shortcutActionOf, type ShortcutAction } from '../shortcuts/shortcuts.js';
import { createCorrectRecord } from '../speakers/record-speakers.js';
import { createSpeakers } from '../speakers/speakers.js';
import { observe } from '../state/observe.js';
import { observable } from '../state/observable.js';
import type { Line } from '../transcript/line.js';
import './account-button.js';
import './account-panel.js';
import { appStyles } from './app-styles.js';
import './control-bar.js';
import './export-menu.js';
import './file-progress.js';
import { icons } from './icons.js';
import './login-form.js';
import './microphone-check.js';
import './notices.js';
import './page-dialog.js';
import { PageDialog } from './page-dialog.js';
import './role-note.js';
import './setup-panel.js';
import './speaker-bar.js';
import { SetupPanel, type PanelParts } from './setup-panel.js';
import { sharedStyles } from './shared-styles.js';
import './shortcut-list.js';
import './transcript-view.js';
import { TranscriptView } from './transcript-view.js';

/** From this width on, the panel is beside the transcript; below, it opens as a dialog. */
const WIDE = '(width >= 62rem)';

/** What a dialog is open for. */
type OpenDialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'setup' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'microphone' }
  | { readonly kind: 'account'; readonly problem?: string }
  | { readonly kind: 'clear'; readonly then: () => void };

/** The page. Puts its parts together, and is the only element that knows them all. */
@localized()
export class AuscultApp extends LitElement {
  @state() private dialog: OpenDialog = { kind: 'none' };
  @state() private dragging = false;
  @state() private said = '';
  @state() private wide = matchMedia(WIDE).matches;

  readonly #login = createLogin();
  readonly #settings = loadSettings(localStorage);
  readonly #person = followPerson(this.#settings, localStorage);
  readonly #lines = observable<readonly Line[]>([]);
  readonly #terms = observable<readonly string[]>([]);
  readonly #speakers = createSpeakers(this.#lines, this.#settings);
  readonly #recording = createLiveRecording({
    settings: this.#settings,
    keyTerms: this.#terms,
    lines: this.#lines,
    speakers: this.#speakers,
    correctRecord: createCorrectRecord({
      untilIn: this.#login.untilIn,
      owner: () => this.#owner,
      onRefused: (message) => {
        this.#say(message);
      },
    }),
    url: new URL('ws/transcribe', document.baseURI),
    login: this.#login,
  });
  readonly #files = createFileTranscription(createTranscriptionsApi(this.#login.untilIn, this.#settings));
  readonly #microphones = watchMicrophones();
  readonly #parts: PanelParts = {
    settings: this.#settings,
    terms: this.#terms,
    recording: this.#recording,
    microphones: this.#microphones,
    files: this.#files,
  };
  /** The lines when they were last copied, downloaded or kept: if they are unchanged, leaving loses nothing. */
  #saved: readonly Line[] = [];
  /** The subject of the person to whom the content of the page belongs. */
  #owner: string | undefined;
  #listeners: AbortController | undefined;

  readonly #panel = createRef<SetupPanel>();
  readonly #view = createRef<TranscriptView>();
  readonly #openDialog = createRef<PageDialog>();

  static override styles = [sharedStyles, appStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#login.check();
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    addEventListener('keydown', this.#onKey, { signal });
    addEventListener('beforeunload', this.#onLeave, { signal });
    addEventListener('beforeprint', this.#onPrint, { signal });
    addEventListener('dragover', this.#onDragOver, { signal });
    addEventListener('dragleave', this.#onDragLeave, { signal });
    addEventListener('drop', this.#onDrop, { signal });
    matchMedia(WIDE).addEventListener(
      'change',
      ({ matches }) => {
        this.wide = matches;
        if (this.dialog.kind === 'setup') this.dialog = { kind: 'none' };
      },
      { signal },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listeners?.abort();
  }

  protected override firstUpdated(): void {
    observe(this, this.#settings, this.#lines, this.#files.state, this.#login.state);
    this.#login.state.subscribe(this.#onLogin);
    this.#lines.subscribe(() => {
      this.#say('');
      if (this.#settings.value.keepTranscript) this.#keep();
    });
    this.#speakers.state.subscribe(() => {
      if (this.#settings.value.keepTranscript) this.#keep();
    });
    this.#settings.subscribe(() => {
      void showLanguage(this.#settings.value.language);
      if (this.#settings.value.keepTranscript) this.#keep();
      else deleteKept(localStorage);
    });
    let wasUnderWay = false;
    this.#recording.state.subscribe(() => {
      const underWay = this.#isRecording();
      if (underWay === wasUnderWay) return;
      wasUnderWay = underWay;
      this.requestUpdate();
      // Names of microphones are known only once one was allowed.
      void this.#microphones.refresh();
    });
  }

  override render(): TemplateResult {
    applyTheme(this.#settings.value.theme);
    const { value: login } = this.#login.state;
    const identity = login.kind === 'in' ? login.identity : undefined;
    const speaks = identityIn(login)?.transcribes === true;
    return html`
      ${this.#renderHeader(identity)} ${this.#renderGate(identity)}
      ${speaks ? this.#renderParts(identity) : nothing}
      ${this.dragging ? html`<div class="overlay">${msg('Drop the recording to transcribe it')}</div>` : nothing}
      ${identity === undefined ? nothing : keyed(this.dialog, this.#renderDialog(identity))}
    `;
  }

  #renderHeader(identity: Identity | undefined): TemplateResult {
    const speaks = identity?.transcribes === true;
    const hasAccount = identity !== undefined && identity.kind !== 'local';
    return html`<header class=${hasAccount ? 'crowded' : ''}>
      <h1 tabindex="-1"><span class="mark">${icons.pulse}</span><span class="title">Auscult</span></h1>
      ${
        !hasAccount
          ? nothing
          : html`<account-button
              .identity=${identity}
              @click=${() => {
                this.dialog = { kind: 'account' };
              }}
            ></account-button>`
      }
      ${this.#renderThemeSwitch()}
      ${
        speaks
          ? html`<button
              class="icon plain"
              aria-label=${msg('Keyboard shortcuts')}
              title=${msg('Keyboard shortcuts')}
              @click=${() => {
                this.dialog = { kind: 'shortcuts' };
              }}
            >
              ${icons.keyboard}
            </button>`
          : nothing
      }
      ${
        this.wide || !speaks
          ? nothing
          : html`<button
              class="icon plain"
              aria-label=${msg('Settings')}
              title=${msg('Settings')}
              @click=${() => {
                this.dialog = { kind: 'setup' };
              }}
            >
              ${icons.settings}
            </button>`
      }
    </header>`;
  }

  /** What is shown in place of the transcript while nobody is logged in, or somebody whose role does not transcribe. */
  #renderGate(identity: Identity | undefined): TemplateResult | typeof nothing {
    if (identity?.transcribes === true) return nothing;
    if (identity !== undefined)
      return html`<main class="gate"><role-note .which=${identity.role}></role-note></main>`;
    if (this.#login.state.value.kind === 'asking') return html`<main class="gate"></main>`;
    return html`<main class="gate">
      <login-form .login=${this.#login} ?recording=${this.#isRecording()}></login-form>
    </main>`;
  }

  /** The parts of the page. While nobody is logged in, they stay as they are, but hidden. */
  #renderParts(identity: Identity | undefined): TemplateResult {
    return html`<main class="parts" ?hidden=${identity === undefined}>
        <div class="text">
          <page-notices
            .recording=${this.#recording}
            @choose-microphone=${this.#chooseMicrophone}
            @check-microphone=${this.#checkMicrophone}
          ></page-notices>
          <file-progress .files=${this.#files}></file-progress>
          <section class="transcript" aria-labelledby="transcript-heading">
            ${this.#renderTools()}
            <p class="printed">${dayAndTime(new Date())}</p>
            <p class=${this.said === '' || this.said === copied() ? 'spoken' : 'said'} role="status">
              ${this.said}
            </p>
            <speaker-bar .speakers=${this.#speakers} .lines=${this.#lines}></speaker-bar>
            <transcript-view
              tabindex="0"
              role="group"
              aria-label=${msg('Text')}
              ${ref(this.#view)}
              .lines=${this.#lines}
              .recording=${this.#recording}
              .settings=${this.#settings}
              .speakers=${this.#speakers}
              @check-microphone=${this.#checkMicrophone}
            ></transcript-view>
          </section>
        </div>
        ${this.wide ? html`<aside aria-label=${msg('Settings')}>${this.#renderPanel()}</aside>` : nothing}
      </main>
      <control-bar
        .recording=${this.#recording}
        .settings=${this.#settings}
        role="region"
        aria-label=${msg('Controls')}
        ?hidden=${identity === undefined && !this.#isRecording()}
      ></control-bar>`;
  }

  #renderThemeSwitch(): TemplateResult {
    const dark = isDark(this.#settings.value.theme);
    const label = dark ? msg('Light colours') : msg('Dark colours');
    return html`<button
      class="icon plain"
      aria-label=${label}
      title=${label}
      @click=${() => {
        this.#settings.patch({ theme: dark ? 'light' : 'dark' });
      }}
    >
      ${dark ? icons.sun : icons.moon}
    </button>`;
  }

  #renderTools(): TemplateResult {
    const empty = this.#lines.value.length === 0;
    return html`<div class="tools">
      <h2 id="transcript-heading">${msg('Transcript')}</h2>
      <button class="small plain new" ?hidden=${empty} @click=${() => this.#clearFirst(() => undefined)}>
        ${msg('New', { desc: 'Button: begins a new transcript' })}
      </button>
      <button class="small" ?disabled=${empty} @click=${() => void this.#copy()}>
        ${icons.copy}<span>${this.said === copied() ? copied() : msg('Copy')}</span>
      </button>
      <button
        class="small icon"
        aria-label=${msg('Print')}
        title=${msg('Print')}
        ?disabled=${empty}
        @click=${() => {
          print();
        }}
      >
        ${icons.print}
      </button>
      <export-menu
        ?disabled=${empty}
        @chosen=${({ detail }: CustomEvent<ExportFormat>) => void this.#download(detail)}
      ></export-menu>
    </div>`;
  }

  #renderPanel(): TemplateResult {
    return html`<setup-panel
      ${ref(this.#panel)}
      .parts=${this.#parts}
      @file=${({ detail }: CustomEvent<File>) => {
        this.#transcribe(detail);
      }}
      @forget=${this.#forget}
      @check-microphone=${this.#checkMicrophone}
    ></setup-panel>`;
  }

  #renderDialog(identity: Identity): TemplateResult | typeof nothing {
    const { dialog } = this;
    const closed = (): void => {
      if (this.dialog === dialog) this.dialog = { kind: 'none' };
    };
    switch (dialog.kind) {
      case 'none':
        return nothing;
      case 'setup':
        return html`<page-dialog ${ref(this.#openDialog)} heading=${msg('Settings')} @closed=${closed}
          >${this.#renderPanel()}</page-dialog
        >`;
      case 'shortcuts':
        return html`<page-dialog heading=${msg('Keyboard shortcuts')} @closed=${closed}
          ><shortcut-list></shortcut-list
        ></page-dialog>`;
      case 'microphone':
        return html`<page-dialog
          ${ref(this.#openDialog)}
          heading=${msg('Check the microphone')}
          @closed=${closed}
          ><microphone-check
            .settings=${this.#settings}
            .microphones=${this.#microphones}
            @done=${() => this.#openDialog.value?.close()}
          ></microphone-check
        ></page-dialog>`;
      case 'account':
        return html`<page-dialog ${ref(this.#openDialog)} heading=${msg('Your account')} @closed=${closed}
          ><account-panel
            .identity=${identity}
            .problem=${dialog.problem}
            @log-out=${this.#logOut}
            @logged-out=${() => void this.#login.check()}
          ></account-panel
        ></page-dialog>`;
      case 'clear':
        return html`<page-dialog
          ${ref(this.#openDialog)}
          heading=${msg('Begin a new transcript?')}
          @closed=${closed}
        >
          <p>
            ${msg('The one on this page was changed since it was last copied or downloaded. It will be gone.')}
          </p>
          <div class="dialog-actions">
            <button @click=${() => this.#openDialog.value?.close()}>${msg('Keep it')}</button>
            <button
              class="primary"
              @click=${() => {
                this.#openDialog.value?.close();
                this.#clear();
                dialog.then();
              }}
            >
              ${msg('Begin a new one')}
            </button>
          </div>
        </page-dialog>`;
    }
  }

  #export(): TranscriptExport {
    return { lines: this.#lines.value, speakers: this.#speakers.people(), at: new Date() };
  }

  async #copy(): Promise<void> {
    const lines = this.#lines.value;
    if (lines.length === 0) return;
    try {
      await navigator.clipboard.writeText(asText(this.#export()));
      this.#saved = lines;
      this.#say(copied());
    } catch {
      this.#say(msg('The browser does not allow copying. Download the text instead.'));
    }
  }

  async #download(format: ExportFormat): Promise<void> {
    const lines = this.#lines.value;
    try {
      await download(format, this.#export());
      this.#saved = lines;
      this.#say(msg(str`Downloaded as ${format.name()}`));
    } catch {
      this.#say(
        msg('The file could not be made. Check the connection to the server, or choose another kind.'),
      );
    }
  }

  #say(sentence: string): void {
    this.said = sentence;
  }

  /** Does something that replaces the transcript; asks first if text would be lost. */
  #clearFirst(then: () => void): void {
    if (this.#isRecording()) {
      this.#say(msg('Stop the recording first, so that none of it is lost.'));
      return;
    }
    if (this.#isUnsaved()) {
      this.dialog = { kind: 'clear', then };
      return;
    }
    this.#clear();
    then();
  }

  #clear(): void {
    this.#lines.set([]);
    this.#speakers.clear();
    this.#saved = [];
    this.#recording.restartClock();
    this.#say('');
  }

  #isUnsaved(): boolean {
    const lines = this.#lines.value;
    return lines.length > 0 && lines !== this.#saved;
  }

  #transcribe(file: File): void {
    if (isBusy(this.#files.state.value)) return;
    this.#clearFirst(() => {
      if (this.dialog.kind === 'setup') this.#openDialog.value?.close();
      void this.#files.transcribe(file).then((transcribed) => {
        if (transcribed === undefined) return;
        const { lines, speakers } = transcribed;
        this.#lines.set(lines);
        this.#speakers.know(speakers);
        this.#recording.restartClock(lines.at(-1)?.end);
      });
    });
  }

  #restore(owner: string): void {
    const { lines, speakers } = readKept(localStorage, owner);
    this.#lines.set(lines);
    this.#speakers.know(speakers);
    this.#saved = this.#lines.value;
    this.#recording.restartClock(Math.max(0, ...this.#lines.value.map(({ end }) => end)));
  }

  #keep(): void {
    if (this.#owner === undefined) return;
    const [lines, speakers] = [this.#lines.value, this.#speakers.people()];
    if (keepTranscript(localStorage, { owner: this.#owner, lines, speakers }))
      this.#saved = this.#lines.value;
    else this.#say(msg('There is no room to keep the transcript in this browser. Download it.'));
  }

  readonly #onLogin = (): void => {
    const { value: login } = this.#login.state;
    if (login.kind !== 'in') {
      this.#person.end();
      this.dialog = { kind: 'none' };
      return;
    }
    const { subject, kind } = login.identity;
    if (kind === 'user') void this.#person.begin(subject);
    const hadForm = this.renderRoot.querySelector('login-form') !== null;
    if (subject !== this.#owner) this.#startOver(subject);
    else this.#recording.retryNow();
    // The form had the focus and is gone.
    if (hadForm) void this.updateComplete.then(() => this.renderRoot.querySelector('h1')?.focus());
  };

  /** Clears the page, so that nobody finds on it what belongs to somebody else. */
  #startOver(owner: string): void {
    const isFirst = this.#owner === undefined;
    this.#owner = owner;
    if (!isFirst) {
      this.#recording.abandon();
      this.#files.cancel();
      this.#terms.set([]);
      this.#clear();
    }
    if (this.#settings.value.keepTranscript) this.#restore(owner);
  }

  readonly #logOut = (): void => {
    this.#openDialog.value?.close();
    this.#clearFirst(() => {
      void this.#login.leave().then((problem) => {
        if (problem !== undefined) this.dialog = { kind: 'account', problem };
      });
    });
  };

  #isRecording(): boolean {
    return isUnderWay(this.#recording.state.value.transcriber);
  }

  readonly #forget = (): void => {
    this.#settings.patch({ keepTranscript: false });
    this.#saved = [];
    this.#say(msg('What was kept in this browser is deleted.'));
  };

  readonly #chooseMicrophone = (): void => {
    this.#inPanel((panel) => {
      panel.focusMicrophone();
    });
  };

  readonly #checkMicrophone = (): void => {
    this.#settings.patch({ microphoneChecked: true });
    this.dialog = { kind: 'microphone' };
  };

  #mayAct(): boolean {
    const { value: login } = this.#login.state;
    return login.kind === 'in' && login.identity.transcribes;
  }

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.#isUnsaved() || this.#isRecording()) event.preventDefault();
  };

  /** What is printed is what is on the page, with the time of now. */
  readonly #onPrint = (): void => {
    this.requestUpdate();
    this.performUpdate();
  };

  readonly #onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    this.dragging = this.#mayAct();
  };

  readonly #onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.dragging = false;
  };

  readonly #onDrop = (event: DragEvent): void => {
    this.dragging = false;
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    if (this.#mayAct()) this.#transcribe(file);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const command = shortcutActionOf(event);
    if (command === undefined || !this.#mayAct()) return;
    event.preventDefault();
    this.#run(command);
  };

  #run(command: ShortcutAction): void {
    const recording = this.#recording;
    const { muted, transcriber } = recording.state.value;
    const underWay = isUnderWay(transcriber);
    switch (command) {
      case 'start':
        return void recording.start();
      case 'pause':
        return transcriber.kind === 'paused' ? recording.resume() : recording.pause();
      case 'stop':
        return void (underWay && recording.stop());
      case 'mute':
        return underWay ? recording.mute(!muted) : undefined;
      case 'copy':
        return void this.#copy();
      case 'nextUnsure':
        return this.#view.value?.focusNextUnsure();
      case 'keyTerms':
        return this.#inPanel((panel) => {
          panel.focusTerms();
        });
      case 'file':
        return this.#inPanel((panel) => {
          panel.chooseFile();
        });
      case 'shortcuts':
        this.dialog = { kind: 'shortcuts' };
    }
  }

  #inPanel(act: (panel: SetupPanel) => void): void {
    if (!this.wide) this.dialog = { kind: 'setup' };
    void this.updateComplete.then(async () => {
      const panel = this.#panel.value;
      await panel?.updateComplete;
      if (panel) act(panel);
    });
  }
}

function copied(): string {
  return msg('Copied');
}
