import { localized, msg } from '@lit/localize';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** A modal dialog with a heading and a button that closes it; its content is slotted. Dispatches `closed`. */
@localized()
export class PageDialog extends LitElement {
  @property() heading = '';

  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(34rem, calc(100vw - 2rem));
        max-height: calc(100dvh - 2rem);
        padding: 0;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--ground);
        color: var(--ink);
        box-shadow: var(--shadow);
      }

      dialog::backdrop {
        background: #0009;
      }

      .head {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.75rem 0.75rem 0.75rem 1.25rem;
        background: var(--ground);
        border-bottom: 1px solid var(--rule);
      }

      h2 {
        font-size: 1.125rem;
        font-weight: 650;
      }

      .content {
        padding: 1rem 1.25rem 1.25rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => this.dispatchEvent(new Event('closed'))}
      @click=${this.#onClick}
    >
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button
          class="icon plain"
          aria-label=${msg('Close')}
          @click=${() => {
            this.close();
          }}
        >
          ${icons.close}
        </button>
      </div>
      <div class="content"><slot></slot></div>
    </dialog>`;
  }

  override firstUpdated(): void {
    this.#dialog?.showModal();
  }

  /** Closes it. */
  close(): void {
    this.#dialog?.close();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  readonly #onClick = (event: MouseEvent): void => {
    if (event.target === this.#dialog) this.close();
  };
}

customElements.define('page-dialog', PageDialog);
