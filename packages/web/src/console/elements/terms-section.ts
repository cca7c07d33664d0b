import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formStyles } from '../../page/elements/form-styles.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import type { Permissions } from '../access/permissions.js';
import { removeTermQuestion, termQuestion } from '../records/term-questions.js';
import { readTerms, type KeyTerm, type KeyTerms } from '../records/terms-api.js';
import { Asked } from '../server/asked.js';
import type { Server } from '../server/server.js';
import { showNumber } from '../show/format.js';
import { askedView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { nameSearch } from './name-search.js';

/** The most terms that are shown at a time: a table of thousands takes seconds to lay out. */
const MOST_SHOWN = 200;

/** A term, and whether it is the tenant's, so that it can be changed here. */
interface Shown extends KeyTerm {
  readonly isOwn: boolean;
}

/** The terms that recognition listens for in every session. */
export class TermsSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;
  @state() private question: Question | undefined;
  /** What the terms that are shown contain. */
  @state() private wanted = '';

  readonly #terms = new Asked<KeyTerms>(this, () => readTerms(this.server));

  static override styles = [sharedStyles, formStyles, consoleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#terms.ask();
  }

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('Key terms')}</h2>
          <p class="lead">
            ${msg('Names, drugs and words that recognition listens for in every session, besides the terms that a session brings along. They are files on the server, in the folder that its setting keyTermsDirectory names.')}
          </p>
        </div>
        ${
          this.#isEditable()
            ? html`<button
                class="primary"
                @click=${() => {
                  this.question = termQuestion(this.server);
                }}
              >
                ${msg('Add a term …')}
              </button>`
            : nothing
        }
      </div>
      <section class="card" aria-label=${msg('Key terms')}>
        ${askedView(this.#terms, (terms) => this.#renderTerms(terms))}
      </section>
      ${
        this.question === undefined
          ? nothing
          : html`<confirm-dialog
              .question=${this.question}
              @done=${() => void this.#terms.refresh()}
              @closed=${() => {
                this.question = undefined;
              }}
            ></confirm-dialog>`
      }
    `;
  }

  #isEditable(): boolean {
    return this.#terms.body?.editable === true && this.permissions.may('key-terms.change');
  }

  #renderTerms({ terms, count, ownCount, editable }: KeyTerms): TemplateResult {
    const note = editable
      ? nothing
      : html`<p class="note">
          ${msg('They cannot be changed here: the server has no folder for them, or may not write it. Whoever runs it can put a file with terms there.')}
        </p>`;
    if (terms.length === 0)
      return html`<p class="state">${msg('There are none.')}</p>
        ${note}`;
    const wanted = this.wanted.toLowerCase();
    const found = terms
      .map((term, index): Shown => ({ ...term, isOwn: index < ownCount }))
      .filter(({ text }) => text.toLowerCase().includes(wanted));
    const shown = found.slice(0, MOST_SHOWN);
    return html`
      ${nameSearch(msg('Term'), (text) => {
        this.wanted = text ?? '';
      })}
      ${
        shown.length === 0
          ? html`<p class="state">${msg('Nothing fits. Search for less, or clear the search.')}</p>`
          : dataTable(msg('Key terms'), this.#columns(), shown, ({ text }) => text)
      }
      ${count > shown.length ? html`<p class="note">${msg(str`${showNumber(shown.length)} of ${showNumber(count)} are shown.`)}</p>` : nothing}
      ${note}
    `;
  }

  #columns(): readonly Column<Shown>[] {
    return [
      { label: msg('Term'), cell: ({ text }) => text },
      { label: msg('Sounds like'), cell: ({ soundsLike = [] }) => soundsLike.join(', ') },
      {
        label: msg('Weight'),
        isNumber: true,
        cell: ({ weight }) => (weight === undefined ? '' : showNumber(weight, 2)),
      },
      {
        label: msg('Of'),
        cell: ({ isOwn }) => (isOwn ? msg('Your organisation') : msg('The server')),
      },
      ...(this.#isEditable() ? [this.#actionsColumn()] : []),
    ];
  }

  #actionsColumn(): Column<Shown> {
    return {
      label: msg('Actions'),
      cell: ({ isOwn, ...term }) =>
        isOwn
          ? html`<span class="row-actions">
              <button
                class="small"
                aria-label=${msg(str`Change ${term.text}`)}
                @click=${() => {
                  this.question = termQuestion(this.server, term);
                }}
              >
                ${msg('Change')}
              </button>
              <button
                class="small danger"
                aria-label=${msg(str`Remove ${term.text}`)}
                @click=${() => {
                  this.question = removeTermQuestion(this.server, term);
                }}
              >
                ${msg('Remove')}
              </button>
            </span>`
          : nothing,
    };
  }
}

customElements.define('terms-section', TermsSection);
