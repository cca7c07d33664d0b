import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { LANGUAGE_NAMES, type LanguageChoice } from '../../localize/language.js';
import { isBusy, type FileTranscription } from '../files/file-transcription.js';
import type { Microphone, Microphones } from '../recording/microphones.js';
import { isUnderWay } from '../recording/recording-state.js';
import type { LiveRecording } from '../recording/live-recording.js';
import { channelNames } from '../settings/channel-names.js';
import { SPEAKER_CHOICES, type Settings, type SpeakerChoice, type Theme } from '../settings/settings.js';
import { observe } from '../state/observe.js';
import type { Changeable } from '../state/observable.js';
import './file-progress.js';
import { icons } from './icons.js';
import './key-terms.js';
import { KeyTerms } from './key-terms.js';
import { templateSection } from './template-list.js';
import { sharedStyles } from './shared-styles.js';

/** What the panel shows and changes. */
export interface PanelParts {
  readonly settings: Changeable<Settings>;
  readonly terms: Changeable<readonly string[]>;
  readonly recording: LiveRecording;
  readonly microphones: Microphones;
  readonly files: FileTranscription;
}

type Choice = {
  [Name in keyof Settings]: Settings[Name] extends boolean ? Name : never;
}[Exclude<keyof Settings, 'twoSpeakers'>];

/**
 * Everything that can be set: key terms, microphones, speakers, how text is written, a file to transcribe, and the page
 * itself. Dispatches `file` with a file that was chosen, `forget` when what is kept is to
 * be deleted, and `check-microphone`.
 */
@localized()
export class SetupPanel extends LitElement {
  @property({ attribute: false }) parts!: PanelParts;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
      }

      section {
        padding: 1rem;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--paper);
      }

      h2 {
        margin-bottom: 0.625rem;
        font-size: 1rem;
        font-weight: 650;
      }

      .field {
        margin-bottom: 0.75rem;
      }

      .field label,
      legend {
        display: block;
        margin-bottom: 0.25rem;
        padding: 0;
        font-size: 0.875rem;
        font-weight: 550;
      }

      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
      }

      * + fieldset,
      fieldset + .field {
        margin-top: 0.75rem;
      }

      .hint {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .names {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.5rem;
      }

      .drop {
        display: grid;
        gap: 0.625rem;
        justify-items: start;
      }
    `,
  ];

  #terms: KeyTerms | undefined;

  protected override firstUpdated(): void {
    const { settings, recording, microphones, files } = this.parts;
    observe(this, settings, recording.state, microphones.list, files.state);
  }

  /** Puts the focus where a key term is typed. */
  focusTerms(): void {
    this.#terms?.focus();
  }

  /** Puts the focus on the choice of the microphone. */
  focusMicrophone(): void {
    this.renderRoot.querySelector<HTMLElement>('#microphone')?.focus();
  }

  /** Opens the browser's dialog for files. */
  chooseFile(): void {
    this.renderRoot.querySelector<HTMLInputElement>('#file')?.click();
  }

  override render(): TemplateResult {
    const running = isUnderWay(this.parts.recording.state.value.transcriber);
    return html`
      <section aria-labelledby="terms-heading">
        <h2 id="terms-heading">${msg('Key terms')}</h2>
        <key-terms
          .terms=${this.parts.terms}
          .running=${running}
          ${ref((element) => (this.#terms = element instanceof KeyTerms ? element : undefined))}
        ></key-terms>
      </section>
      ${this.#renderMicrophone(running)} ${this.#renderSpeakers(running)} ${this.#renderWriting(running)}
      ${this.#renderFile()} ${templateSection()} ${this.#renderPage()}
    `;
  }

  #renderMicrophone(running: boolean): TemplateResult {
    const { value: settings } = this.parts.settings;
    const { twoSpeakers, deviceId, secondDeviceId } = settings;
    const [firstName] = channelNames(settings);
    return html`<section aria-labelledby="microphone-heading">
      <h2 id="microphone-heading">${msg('Microphone')}</h2>
      ${this.#renderDevice(
        'microphone',
        twoSpeakers ? msg(str`Microphone of ${firstName}`) : msg('Which one'),
        deviceId,
        (id) => {
          this.parts.settings.patch({ deviceId: id });
          void this.parts.recording.useMicrophone(id);
        },
      )}
      <button
        class="small check"
        ?disabled=${running}
        @click=${() => this.dispatchEvent(new Event('check-microphone'))}
      >
        ${icons.microphone}<span>${msg('Check the microphone')}</span>
      </button>
      <fieldset ?disabled=${running}>
        <legend class="spoken">${msg('Speakers')}</legend>
        <label class="choice">
          <input
            type="checkbox"
            .checked=${twoSpeakers}
            @change=${({ target }: Event) => {
              this.parts.settings.patch({ twoSpeakers: (target as HTMLInputElement).checked });
            }}
          />
          <span>${msg('Two speakers, each with a microphone')}</span>
        </label>
      </fieldset>
      ${twoSpeakers ? this.#renderSecondSpeaker(secondDeviceId, running) : nothing}
      <fieldset ?disabled=${running}>
        <legend>${running ? msg('Sound (can be changed after Stop)') : msg('Sound')}</legend>
        ${this.#renderChoice('echoCancellation', msg('Cancel echo'))}
        ${this.#renderChoice('noiseSuppression', msg('Suppress noise'))}
        ${this.#renderChoice('autoGainControl', msg('Adjust the volume by itself'))}
      </fieldset>
    </section>`;
  }

  #renderSecondSpeaker(secondDeviceId: string, running: boolean): TemplateResult {
    const { settings } = this.parts;
    const [firstName, secondName] = channelNames(settings.value);
    const name = (field: 'firstName' | 'secondName', label: string, value: string): TemplateResult =>
      html`<div>
        <label for=${field}>${label}</label>
        <input
          id=${field}
          autocomplete="off"
          maxlength="40"
          .value=${value}
          @change=${({ target }: Event) => {
            settings.patch({ [field]: (target as HTMLInputElement).value.trim() || label });
          }}
        />
      </div>`;
    return html`
      ${this.#renderDevice(
        'second-microphone',
        msg(str`Microphone of ${secondName}`),
        secondDeviceId,
        (id) => {
          settings.patch({ secondDeviceId: id });
        },
        running,
      )}
      <div class="field names">
        ${name('firstName', msg('First speaker'), firstName)}
        ${name('secondName', msg('Second speaker'), secondName)}
      </div>
      ${
        secondDeviceId === ''
          ? html`<p class="hint">
              ${msg('Choose a second microphone, unless the first has two inputs: its left and right are told apart then.')}
            </p>`
          : nothing
      }
    `;
  }

  #renderSpeakers(running: boolean): TemplateResult {
    const { settings } = this.parts;
    const { speakers, twoSpeakers } = settings.value;
    return html`<section aria-labelledby="speakers-heading">
      <h2 id="speakers-heading">${msg('Speakers')}</h2>
      <div class="field">
        <label for="speakers"
          >${running ? msg('At one microphone (can be changed after Stop)') : msg('At one microphone')}</label
        >
        <select
          id="speakers"
          aria-describedby="speakers-hint"
          ?disabled=${running}
          @change=${({ target }: Event) => {
            settings.patch({ speakers: (target as HTMLSelectElement).value as SpeakerChoice });
          }}
        >
          ${SPEAKER_CHOICES.map(
            (choice) =>
              html`<option value=${choice} ?selected=${choice === speakers}>
                ${speakerChoiceName(choice)}
              </option>`,
          )}
        </select>
      </div>
      <p class="hint" id="speakers-hint">
        ${
          twoSpeakers
            ? msg('Only in recordings that you transcribe: with two microphones, it is known who speaks.')
            : msg('A line for each turn. If you know how many people speak, say so: it makes fewer mistakes.')
        }
      </p>
    </section>`;
  }

  #renderDevice(
    id: string,
    label: string,
    chosen: string,
    choose: (id: string) => void,
    disabled = false,
  ): TemplateResult {
    const microphones = this.parts.microphones.list.value;
    const known: readonly Microphone[] =
      chosen === '' || microphones.some((each) => each.id === chosen)
        ? microphones
        : [...microphones, { id: chosen, name: msg('The one chosen before (not there)') }];
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <select
        id=${id}
        ?disabled=${disabled}
        @focus=${() => void this.parts.microphones.refresh()}
        @change=${({ target }: Event) => {
          choose((target as HTMLSelectElement).value);
        }}
      >
        <option value="" ?selected=${chosen === ''}>${msg('The browser’s choice')}</option>
        ${known.map(
          (microphone) =>
            html`<option value=${microphone.id} ?selected=${chosen === microphone.id}>
              ${microphone.name}
            </option>`,
        )}
      </select>
    </div>`;
  }

  #renderChoice(name: Choice, label: string, hint?: string): TemplateResult {
    return html`<label class="choice">
      <input
        type="checkbox"
        .checked=${this.parts.settings.value[name]}
        @change=${({ target }: Event) => {
          this.parts.settings.patch({ [name]: (target as HTMLInputElement).checked });
        }}
      />
      <span>${label}${hint === undefined ? nothing : html`<br /><span class="hint">${hint}</span>`}</span>
    </label>`;
  }

  #renderWriting(running: boolean): TemplateResult {
    return html`<section aria-labelledby="writing-heading">
      <h2 id="writing-heading">${msg('Writing')}</h2>
      <fieldset ?disabled=${running}>
        <legend>${running ? msg('In English (can be changed after Stop)') : msg('In English')}</legend>
        ${this.#renderChoice('writtenForm', msg('Written form'), msg('“Twenty five milligrams” becomes 25 mg.'))}
        ${this.#renderChoice('dictationCommands', msg('Dictation commands'), msg('“New paragraph”, “comma”, “scratch that” and the like are carried out, after a pause.'))}
      </fieldset>
      ${this.#renderChoice('showSpoken', msg('Show what was said, too'), msg('Below each line that is written otherwise.'))}
    </section>`;
  }

  #renderFile(): TemplateResult {
    const { files, recording } = this.parts;
    const busy = isBusy(files.state.value) || isUnderWay(recording.state.value.transcriber);
    return html`<section aria-labelledby="file-heading">
      <h2 id="file-heading">${msg('Transcribe a recording')}</h2>
      <div class="drop">
        <p class="hint">${msg('Drop a file anywhere on the page: WAV, FLAC, MP3, Ogg.')}</p>
        <input
          id="file"
          type="file"
          accept="audio/*,video/*"
          aria-label=${msg('Recording to transcribe')}
          hidden
          @change=${this.#onFile}
        />
        <button
          ?disabled=${busy}
          @click=${() => {
            this.chooseFile();
          }}
        >
          ${icons.file}<span>${msg('Choose a file')}</span>
        </button>
      </div>
    </section>`;
  }

  readonly #onFile = ({ target }: Event): void => {
    const field = target as HTMLInputElement;
    const file = field.files?.[0];
    field.value = '';
    if (file) this.dispatchEvent(new CustomEvent('file', { detail: file }));
  };

  #renderLanguage(): TemplateResult {
    const { settings } = this.parts;
    const chosen = settings.value.language;
    return html`<div class="field">
      <label for="language">${msg('Language')}</label>
      <select
        id="language"
        @change=${({ target }: Event) => {
          settings.patch({ language: (target as HTMLSelectElement).value as LanguageChoice });
        }}
      >
        <option value="browser" ?selected=${chosen === 'browser'}>${msg('As the browser')}</option>
        ${Object.entries(LANGUAGE_NAMES).map(
          ([language, name]) =>
            html`<option value=${language} lang=${language} ?selected=${chosen === language}>
              ${name}
            </option>`,
        )}
      </select>
    </div>`;
  }

  #renderPage(): TemplateResult {
    const { settings } = this.parts;
    const themes: readonly (readonly [Theme, string])[] = [
      ['system', msg('As the device')],
      ['light', msg('Light')],
      ['dark', msg('Dark')],
    ];
    return html`<section aria-labelledby="page-heading">
      <h2 id="page-heading">${msg('This page')}</h2>
      ${this.#renderLanguage()}
      <div class="field">
        <label for="theme">${msg('Colours')}</label>
        <select
          id="theme"
          @change=${({ target }: Event) => {
            settings.patch({ theme: (target as HTMLSelectElement).value as Theme });
          }}
        >
          ${themes.map(
            ([theme, name]) =>
              html`<option value=${theme} ?selected=${settings.value.theme === theme}>${name}</option>`,
          )}
        </select>
      </div>
      ${this.#renderChoice('markUnsure', msg('Mark words that may be wrong'), msg('They are underlined with dots. Click one to correct or confirm it.'))}
      ${this.#renderChoice('keepTranscript', msg('Keep this transcript in this browser'), msg('Anyone who uses this browser can read it. Otherwise it is gone when the page is closed.'))}
      ${
        settings.value.keepTranscript
          ? html`<button class="small" @click=${() => this.dispatchEvent(new Event('forget'))}>
              ${msg('Delete what is kept')}
            </button>`
          : nothing
      }
    </section>`;
  }
}

function speakerChoiceName(choice: SpeakerChoice): string {
  switch (choice) {
    case 'off':
      return msg('Not told apart');
    case '1':
      return msg('One person');
    case '2':
      return msg('Two people');
    case '3':
      return msg('Three people');
    case '4':
      return msg('Four people');
    case 'auto':
      return msg('Find out how many');
  }
}

customElements.define('setup-panel', SetupPanel);
