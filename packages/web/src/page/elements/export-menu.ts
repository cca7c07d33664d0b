import { localized, msg } from '@lit/localize';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { EXPORT_FORMATS, type ExportFormat } from '../exports/formats.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** A button that opens a menu of file formats. Dispatches `chosen` with the format. */
@localized()
export class ExportMenu extends LitElement {
  @property({ type: Boolean }) disabled = false;
  @state() private open = false;

  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        display: inline-block;
      }

      ul {
        position: absolute;
        z-index: 2;
        top: calc(100% + 0.25rem);
        right: 0;
        min-width: 12rem;
        padding: 0.375rem;
        list-style: none;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--paper);
        box-shadow: var(--shadow);
      }

      li button {
        width: 100%;
        justify-content: flex-start;
        border-radius: 8px;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<div @keydown=${this.#onKey} @focusout=${this.#onFocusOut}>
      <button
        class="toggle small"
        aria-expanded=${this.open}
        aria-controls="formats"
        ?disabled=${this.disabled}
        @click=${() => {
          this.open = !this.open;
        }}
      >
        ${icons.download}<span>${msg('Download')}</span>${icons.more}
      </button>
      <ul id="formats" ?hidden=${!this.open}>
        ${EXPORT_FORMATS.map(
          (format) =>
            html`<li>
              <button
                class="plain"
                @click=${() => {
                  this.#choose(format);
                }}
              >
                ${format.name()}
              </button>
            </li>`,
        )}
      </ul>
    </div>`;
  }

  #choose(format: ExportFormat): void {
    this.#close();
    this.dispatchEvent(new CustomEvent('chosen', { detail: format }));
  }

  #close(): void {
    this.open = false;
    this.renderRoot.querySelector<HTMLElement>('.toggle')?.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.open) this.#close();
  };

  readonly #onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    const stays = relatedTarget instanceof Node && this.renderRoot.contains(relatedTarget);
    if (!stays && relatedTarget !== null) this.open = false;
  };
}

customElements.define('export-menu', ExportMenu);
