import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { day } from '../../localize/numbers.js';
import { describeRefusal } from '../account/describe-refusal.js';
import { recordVoice, type VoiceRecording } from '../account/record-voice.js';
import { deleteVoice, enrolVoice, readVoice, type VoiceState } from '../account/voice-api.js';
import type { Answer } from '../server/ask.js';
import { formStyles } from './form-styles.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** What is being done. */
type Step =
  | { readonly kind: 'overview'; readonly done?: string }
  | { readonly kind: 'consent' }
  | { readonly kind: 'recording'; readonly share: number }
  | { readonly kind: 'sending' }
  | { readonly kind: 'deleting' };

/** Longer than the server needs, since people pause while they read. */
const SECONDS = 22;

/** Takes about as long to read. The content does not matter; every sound of the language occurs. */
function toRead(): string {
  return msg(
    'In the morning we usually see patients who need only a short check. Most of them know why they have come, and ask good questions. Later in the day there is more time to listen, to look through the charts, and to explain what should happen next. I measure the pulse, write down a few figures, and choose which of the treatments to begin with.',
  );
}

/** Where people enrol their own voice, see whether it is, and delete it. Empty unless the server offers that. */
@localized()
export class VoiceEnrolment extends LitElement {
  @state() private voice: VoiceState | undefined;
  @state() private step: Step = { kind: 'overview' };
  /** What went wrong. */
  @state() private problem: string | undefined;
  #recording: VoiceRecording | undefined;

  static override styles = [
    sharedStyles,
    formStyles,
    css`
      section {
        display: grid;
        gap: 0.75rem;
        padding-top: 0.75rem;
        border-top: 1px solid var(--rule);
      }

      h3 {
        font-size: 1rem;
        font-weight: 550;
      }

      .meaning {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .to-read {
        padding: 0.75rem;
        border-radius: 8px;
        background: var(--tint);
        font-size: 1.125rem;
      }

      progress {
        width: 100%;
        accent-color: var(--accent);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#recording?.stop();
  }

  override render(): TemplateResult | typeof nothing {
    const { voice } = this;
    if (voice === undefined || (voice.enrolment === 'off' && voice.voice === undefined)) return nothing;
    return html`<section aria-label=${msg('Your voice')}>
      <h3>${msg('Your voice')}</h3>
      ${this.#renderStep(voice)}
      <div role="alert">
        ${
          this.problem === undefined
            ? nothing
            : html`<p class="wrong">${icons.alert}<span>${this.problem}</span></p>`
        }
      </div>
    </section>`;
  }

  #renderStep(state: VoiceState): TemplateResult {
    switch (this.step.kind) {
      case 'overview':
        return this.#renderOverview(state, this.step.done);
      case 'consent':
        return html`${state.consent.text.split('\n\n').map((paragraph) => html`<p>${paragraph}</p>`)}
          <p>${msg('When you agree, read this aloud until the bar is full:')}</p>
          <p class="to-read">${toRead()}</p>
          ${this.#renderActions(
            html`<button class="primary" @click=${() => void this.#enrol(state)}>
              ${msg('I agree, record')}
            </button>`,
          )}`;
      case 'recording':
        return html`<p class="to-read">${toRead()}</p>
          <progress aria-label=${msg('Recorded')} max="1" .value=${this.step.share}></progress>
          ${this.#renderActions()}`;
      case 'sending':
        return html`<p role="status">${msg('One moment …')}</p>`;
      case 'deleting':
        return html`<p>
            ${msg('Delete your voice? It is gone for good. You can enrol it again at any time.')}
          </p>
          ${this.#renderActions(
            html`<button class="primary" @click=${() => void this.#delete()}>${msg('Delete it')}</button>`,
          )}`;
    }
  }

  #renderOverview({ enrolment, voice }: VoiceState, done: string | undefined): TemplateResult {
    return html`<p class=${done === undefined ? 'spoken' : ''} role="status">${done}</p>
      <p class="meaning">
        ${
          voice === undefined
            ? msg('Not enrolled. If you enrol it, what you say has your name from the first word.')
            : html`${msg(str`Enrolled on ${day(new Date(voice.enrolledAt))}.`)}
              ${voice.usable ? '' : msg('It is not used at present.')}`
        }
      </p>
      <div class="actions">
        ${
          enrolment === 'on'
            ? html`<button class="small" @click=${() => this.#goTo({ kind: 'consent' })}>
                ${voice === undefined ? msg('Enrol your voice') : msg('Enrol it again')}
              </button>`
            : nothing
        }
        ${
          voice === undefined
            ? nothing
            : html`<button class="small" @click=${() => this.#goTo({ kind: 'deleting' })}>
                ${msg('Delete your voice')}
              </button>`
        }
      </div>`;
  }

  #renderActions(action: TemplateResult | typeof nothing = nothing): TemplateResult {
    return html`<div class="actions">
      ${action}
      <button
        @click=${() => {
          this.#recording?.stop();
          this.#goTo({ kind: 'overview' });
        }}
      >
        ${msg('Cancel')}
      </button>
    </div>`;
  }

  async #enrol({ consent }: VoiceState): Promise<void> {
    const recorded = await this.#record();
    if (recorded === undefined) return;
    this.#goTo({ kind: 'sending' });
    const answer = await enrolVoice(recorded, consent.version);
    if (this.#took(answer)) {
      this.voice = answer.body;
      this.#goTo({ kind: 'overview', done: msg('Your voice is enrolled.') });
    } else if (answer.kind === 'refused' && answer.code === 'consent_outdated') await this.#load();
  }

  async #record(): Promise<Blob | undefined> {
    this.#goTo({ kind: 'recording', share: 0 });
    try {
      this.#recording = await recordVoice(SECONDS, (share) => {
        if (this.step.kind === 'recording') this.step = { kind: 'recording', share };
      });
      // It may have been cancelled while the person was asked for the microphone.
      if (this.step.kind !== 'recording' || !this.isConnected) this.#recording.stop();
      return await this.#recording.done;
    } catch {
      this.#goTo({ kind: 'consent' });
      this.problem = msg(
        'The microphone cannot be used. Allow this page to use it, and check that it is plugged in.',
      );
      return undefined;
    } finally {
      this.#recording = undefined;
    }
  }

  async #delete(): Promise<void> {
    this.#goTo({ kind: 'sending' });
    if (!this.#took(await deleteVoice())) return;
    this.#goTo({ kind: 'overview', done: msg('Your voice is deleted.') });
    await this.#load();
  }

  /** Whether the server did what was asked; if not, shows why. */
  #took<Body>(answer: Answer<Body>): answer is Extract<Answer<Body>, { readonly kind: 'ok' }> {
    if (answer.kind === 'ok') return true;
    if (answer.kind === 'refused' && answer.status === 401) this.dispatchEvent(new Event('logged-out'));
    this.#goTo({ kind: 'overview' });
    this.problem = describeRefusal(answer);
    return false;
  }

  #goTo(step: Step): void {
    this.problem = undefined;
    this.step = step;
  }

  async #load(): Promise<void> {
    const answer = await readVoice();
    // Whoever cannot be told is shown nothing: the rest of the panel says why.
    if (answer.kind === 'ok') this.voice = answer.body;
  }
}

customElements.define('voice-enrolment', VoiceEnrolment);
