import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { observe } from '../state/observe.js';
import type { Changeable } from '../state/observable.js';
import { withTerms } from '../terms/key-terms.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** The list of words to favour. */
@localized()
export class KeyTerms extends LitElement {
  @property({ attribute: false }) terms!: Changeable<readonly string[]>;
  /** Whether a recording is running: changes then count only for the next one. */
  @property({ type: Boolean }) running = false;
  @state() private refusal = '';

  static override styles = [
    sharedStyles,
    css`
      .entry {
        display: flex;
        gap: 0.5rem;
      }

      .entry button {
        flex: none;
      }

      label {
        display: block;
        margin-bottom: 0.25rem;
        font-size: 0.875rem;
        font-weight: 550;
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        max-height: 12rem;
        margin-top: 0.625rem;
        padding: 0;
        overflow-y: auto;
        list-style: none;
      }

      li {
        display: inline-flex;
        align-items: center;
        gap: 0.125rem;
        padding-left: 0.75rem;
        border-radius: 999px;
        background: var(--tint);
        overflow-wrap: anywhere;
      }

      li button {
        width: 1.75rem;
        min-height: 1.75rem;
        padding: 0;
        font-size: 0.8125rem;
      }

      .hint {
        margin-top: 0.375rem;
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .refusal {
        margin-top: 0.375rem;
        color: var(--bad);
        font-size: 0.875rem;
      }
    `,
  ];

  protected override firstUpdated(): void {
    observe(this, this.terms);
  }

  override focus(): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  override render(): TemplateResult {
    return html`
      <label for="term">${msg('Names, drugs, words to listen for')}</label>
      <div class="entry">
        <input
          id="term"
          autocomplete="off"
          enterkeyhint="done"
          aria-describedby="hint refusal"
          aria-invalid=${this.refusal !== ''}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === 'Enter' && !event.isComposing) this.#add();
          }}
        />
        <button @click=${this.#add}>${msg('Add')}</button>
      </div>
      <p id="refusal" class="refusal" role="alert">${this.refusal}</p>
      <p id="hint" class="hint">
        ${this.running ? msg('New terms count from the next start.') : msg('Several at once: put commas between them.')}
      </p>
      ${
        this.terms.value.length === 0
          ? nothing
          : html`<ul aria-label=${msg('Key terms')}>
              ${this.terms.value.map(
                (term) =>
                  html`<li>
                    <span>${term}</span>
                    <button
                      class="plain"
                      aria-label=${msg(str`Remove ${term}`)}
                      @click=${() => {
                        this.#remove(term);
                      }}
                    >
                      ${icons.close}
                    </button>
                  </li>`,
              )}
            </ul>`
      }
    `;
  }

  readonly #add = (): void => {
    const field = this.renderRoot.querySelector('input');
    if (field === null) return;
    const outcome = withTerms(this.terms.value, field.value);
    this.refusal = 'refusal' in outcome ? outcome.refusal : '';
    if ('refusal' in outcome) return;
    this.terms.set(outcome.terms);
    field.value = '';
    field.focus();
  };

  #remove(term: string): void {
    this.terms.set(this.terms.value.filter((each) => each !== term));
    this.focus();
  }
}

customElements.define('key-terms', KeyTerms);
