import { msg } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { formStyles } from '../../page/elements/form-styles.js';
import '../../page/elements/page-dialog.js';
import type { PageDialog } from '../../page/elements/page-dialog.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import type { Answer } from '../../page/server/ask.js';
import { consoleStyles } from './console-styles.js';
import { problemView } from './asked-view.js';

/** What is asked before something is done that cannot be undone, or that needs more to be said. */
export interface Question {
  readonly heading: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly label: string;
  readonly isDanger?: boolean;
  /** Fields to fill in. */
  readonly fields?: TemplateResult;
  /** Does it with what was typed. */
  readonly act: (typed: FormData) => Promise<Answer<unknown>>;
  /** Says what is wrong with what was typed; nothing if it is right. */
  readonly check?: (typed: FormData) => string | undefined;
}

/** Asks, and does it. Dispatches `done` once it is done, and `closed`. */
export class ConfirmDialog extends LitElement {
  @property({ attribute: false }) question!: Question;
  @state() private busy = false;
  @state() private problem: TemplateResult | undefined;

  readonly #dialog = createRef<PageDialog>();

  static override styles = [
    sharedStyles,
    consoleStyles,
    formStyles,
    css`
      .actions {
        justify-content: flex-end;
      }

      button.primary.danger {
        border-color: transparent;
        background: var(--bad);
        color: var(--paper);
      }

      button.primary.danger:hover:not(:disabled) {
        background: color-mix(in srgb, var(--bad) 85%, var(--ink));
      }
    `,
  ];

  override render(): TemplateResult {
    const { heading, text, label, fields, isDanger = false } = this.question;
    return html`<page-dialog
      heading=${heading}
      ${ref(this.#dialog)}
      @closed=${() => this.dispatchEvent(new Event('closed'))}
    >
      <form @submit=${this.#onSubmit} novalidate>
        <p>${text}</p>
        ${fields ?? nothing}
        <div role="alert">${this.problem ?? nothing}</div>
        <div class="actions">
          <button
            type="button"
            @click=${() => {
              this.#dialog.value?.close();
            }}
          >
            ${msg('Cancel')}
          </button>
          <button class=${isDanger ? 'primary danger' : 'primary'} aria-disabled=${this.busy}>
            ${this.busy ? msg('One moment …') : label}
          </button>
        </div>
      </form>
    </page-dialog>`;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy) return;
    const typed = new FormData(event.target as HTMLFormElement);
    const wrong = this.question.check?.(typed);
    if (wrong !== undefined) {
      this.problem = problemView(wrong);
      return;
    }
    void this.#act(typed);
  };

  async #act(typed: FormData): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    const answer = await this.question.act(typed);
    this.busy = false;
    if (answer.kind !== 'ok') {
      this.problem = problemView(answer);
      return;
    }
    this.#dialog.value?.close();
    this.dispatchEvent(new Event('done'));
  }
}

customElements.define('confirm-dialog', ConfirmDialog);
