import { localized, msg } from '@lit/localize';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { saveFile } from '../exports/save-file.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** Recovery codes, to be copied or saved: they are not shown again. */
@localized()
export class RecoveryCodeList extends LitElement {
  @property({ attribute: false }) codes: readonly string[] = [];
  @state() private said = '';

  static override styles = [
    sharedStyles,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr));
        gap: 0.25rem 1rem;
        margin-bottom: 0.75rem;
        padding: 0.75rem 1rem;
        list-style: none;
        border: 1px solid var(--rule);
        border-radius: 8px;
        background: var(--paper);
        font-family: ui-monospace, monospace;
      }

      div {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<ul>
        ${this.codes.map((code) => html`<li>${code}</li>`)}
      </ul>
      <div>
        <button class="small" @click=${() => void this.#copy()}>
          ${icons.copy}<span>${msg('Copy')}</span>
        </button>
        <button class="small" @click=${this.#save}>
          ${icons.download}<span>${msg('Save as a file')}</span>
        </button>
        <span role="status">${this.said}</span>
      </div>`;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.codes.join('\n'));
      this.said = msg('Copied');
    } catch {
      this.said = msg('The browser does not allow copying.');
    }
  }

  readonly #save = (): void => {
    saveFile('auscult-recovery-codes.txt', new Blob([`${this.codes.join('\n')}\n`], { type: 'text/plain' }));
    this.said = msg('Saved');
  };
}

customElements.define('recovery-code-list', RecoveryCodeList);
