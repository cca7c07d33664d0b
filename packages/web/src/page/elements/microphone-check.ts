import { localized, msg } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { checkMicrophone, type MicrophoneCheck as Check } from '../recording/check-microphone.js';
import { describeEcho, describeFinding } from '../recording/describe-finding.js';
import type { Microphones } from '../recording/microphones.js';
import type { Settings } from '../settings/settings.js';
import type { Changeable } from '../state/observable.js';
import { icons } from './icons.js';
import './level-meter.js';
import { sharedStyles } from './shared-styles.js';

/** Lets people see whether they are heard, and says what to do if not. Dispatches `done`. Nothing that it hears leaves it. */
@localized()
export class MicrophoneCheck extends LitElement {
  @property({ attribute: false }) settings!: Changeable<Settings>;
  @property({ attribute: false }) microphones!: Microphones;
  @state() private check: Check | undefined;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }

      .finding {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.25rem 0.75rem;
        padding: 0.75rem 1rem;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--paper);
        overflow-wrap: anywhere;
      }

      .good {
        border-color: var(--accent);
        background: var(--tint);
      }

      .bad {
        border-color: var(--bad);
        background: var(--bad-tint);
      }

      .bad svg,
      .bad .title {
        color: var(--bad);
      }

      .title {
        font-weight: 650;
      }

      label {
        display: block;
        margin-bottom: 0.25rem;
        font-size: 0.875rem;
        font-weight: 550;
      }

      .quiet {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  #ends: readonly (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end();
  }

  override render(): TemplateResult {
    const { check } = this;
    const finding = check?.finding.value ?? { kind: 'asking' };
    const { title, sentence, tone } = describeFinding(finding, navigator.userAgent);
    return html`
      <div class="finding ${tone}" role="status">
        ${tone === 'bad' ? icons.alert : icons.microphone}
        <div>
          <p class="title">${title}</p>
          <p>${sentence}</p>
        </div>
      </div>
      ${check === undefined ? nothing : html`<level-meter .levels=${check.levels}></level-meter>`}
      ${this.#renderDevices()} ${check === undefined || !isOpen(check) ? nothing : this.#renderEcho(check)}
      <div class="actions">
        <button class="primary" @click=${() => this.dispatchEvent(new Event('done'))}>${msg('Done')}</button>
        <button
          @click=${() => {
            this.#begin();
          }}
        >
          ${msg('Check again')}
        </button>
      </div>
    `;
  }

  #renderDevices(): TemplateResult {
    const chosen = this.settings.value.deviceId;
    return html`<div>
      <label for="device">${msg('Microphone')}</label>
      <select
        id="device"
        @change=${({ target }: Event) => {
          this.settings.patch({ deviceId: (target as HTMLSelectElement).value });
          this.#begin();
        }}
      >
        <option value="" ?selected=${chosen === ''}>${msg('The browser’s choice')}</option>
        ${this.microphones.list.value.map(
          ({ id, name }) => html`<option value=${id} ?selected=${chosen === id}>${name}</option>`,
        )}
      </select>
    </div>`;
  }

  #renderEcho({ echo, tryEcho }: Check): TemplateResult {
    return html`<div>
      <p class="quiet" role="status">${describeEcho(echo.value)}</p>
      <button class="small" ?disabled=${echo.value === 'playing'} @click=${() => void tryEcho()}>
        ${msg('Try the loudspeaker')}
      </button>
    </div>`;
  }

  #begin(): void {
    this.#end();
    const { deviceId, echoCancellation, noiseSuppression, autoGainControl } = this.settings.value;
    const check = checkMicrophone({
      echoCancellation,
      noiseSuppression,
      autoGainControl,
      ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }),
    });
    const render = (): void => {
      this.requestUpdate();
    };
    let wasOpen = false;
    const onFinding = (): void => {
      render();
      if (wasOpen === isOpen(check)) return;
      wasOpen = true;
      // Names of microphones are known only once one was allowed.
      void this.microphones.refresh();
    };
    this.#ends = [
      check.finding.subscribe(onFinding),
      check.echo.subscribe(render),
      this.microphones.list.subscribe(render),
    ];
    this.check = check;
  }

  #end(): void {
    this.check?.stop();
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}

function isOpen({ finding }: Check): boolean {
  const { kind } = finding.value;
  return kind === 'waiting' || kind === 'silent' || kind === 'faint' || kind === 'heard';
}

customElements.define('microphone-check', MicrophoneCheck);
