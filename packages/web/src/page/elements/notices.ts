import { localized, msg } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { describeProblem, type Remedy } from '../recording/describe-problem.js';
import { describeWarning } from '../recording/describe-warning.js';
import { isUnderWay } from '../recording/recording-state.js';
import type { LiveRecording } from '../recording/live-recording.js';
import { observe } from '../state/observe.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** Problems, each with a way on, and warnings. Dispatches `choose-microphone` and `check-microphone`. */
@localized()
export class PageNotices extends LitElement {
  @property({ attribute: false }) recording!: LiveRecording;

  static override styles = [
    sharedStyles,
    css`
      .notice {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 0.25rem 0.75rem;
        align-items: start;
        margin-bottom: 0.75rem;
        padding: 0.75rem 0.75rem 0.75rem 1rem;
        border-radius: var(--round);
        border: 1px solid var(--rule);
      }

      .notice > svg {
        margin-top: 0.125rem;
      }

      .problem {
        background: var(--bad-tint);
        border-color: var(--bad);
      }

      .problem > svg,
      .problem .title {
        color: var(--bad);
      }

      .warning {
        padding-block: 0.375rem;
        align-items: center;
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .title {
        font-weight: 650;
      }

      .remedy {
        grid-column: 2 / -1;
        justify-self: start;
        margin: 0.375rem 0 0.25rem;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin: 0;
      }
    `,
  ];

  protected override firstUpdated(): void {
    observe(this, this.recording.state);
  }

  override render(): TemplateResult {
    const { warnings } = this.recording.state.value;
    return html`<div role="alert">${this.#renderProblem()}</div>
      ${warnings.map(describeWarning).map(
        ({ code, message }) =>
          html`<div class="notice warning" role="status">
            ${icons.alert}
            <p>${message}</p>
            <button
              class="icon plain"
              aria-label=${msg('Close this note')}
              @click=${() => {
                this.recording.dismissWarning(code);
              }}
            >
              ${icons.close}
            </button>
          </div>`,
      )}`;
  }

  #renderProblem(): TemplateResult | typeof nothing {
    const { problem } = this.recording.state.value;
    if (problem === undefined) return nothing;
    const { title, sentence, remedy } = describeProblem(problem);
    return html`<div class="notice problem">
      ${icons.alert}
      <div>
        <p class="title">${title}</p>
        <p>${sentence}</p>
      </div>
      <button
        class="icon plain"
        aria-label=${msg('Close this message')}
        @click=${this.recording.dismissProblem}
      >
        ${icons.close}
      </button>
      ${this.#renderRemedy(remedy)}
    </div>`;
  }

  #renderRemedy(remedy: Remedy): TemplateResult | typeof nothing {
    switch (remedy) {
      case 'none':
        return nothing;
      case 'choose-microphone':
        return html`<button class="remedy" @click=${() => this.dispatchEvent(new Event('choose-microphone'))}>
          ${msg('Choose a microphone')}
        </button>`;
      case 'check-microphone':
        return html`<div class="remedy actions">
          ${this.#renderRemedy('start')}
          <button @click=${() => this.dispatchEvent(new Event('check-microphone'))}>
            ${msg('Check the microphone')}
          </button>
        </div>`;
      case 'start':
        return isUnderWay(this.recording.state.value.transcriber)
          ? nothing
          : html`<button class="remedy" @click=${() => void this.recording.start()}>
              ${msg('Try again')}
            </button>`;
    }
  }
}

customElements.define('page-notices', PageNotices);
