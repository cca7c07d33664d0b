import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { readTerms, type KeyTerm } from '../records/terms-api.js';
import { Asked } from '../server/asked.js';
import type { Server } from '../server/server.js';
import { showNumber } from '../show/format.js';
import { askedView } from './asked-view.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';

/** The terms that recognition listens for in every session. */
export class TermsSection extends LitElement {
  @property({ attribute: false }) server!: Server;

  readonly #terms = new Asked<{ readonly terms: readonly KeyTerm[]; readonly count: number }>(this, () =>
    readTerms(this.server),
  );

  static override styles = [sharedStyles, consoleStyles];

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
      </div>
      <section class="card" aria-label=${msg('Key terms')}>
        ${askedView(this.#terms, ({ terms, count }) =>
          terms.length === 0
            ? html`<p class="state">
                ${msg('There are none. Whoever runs the server can put a file with terms into its folder.')}
              </p>`
            : html`${dataTable(msg('Key terms'), columns(), terms, ({ text }) => text)}
              ${count > terms.length ? html`<p class="note">${msg(str`${showNumber(terms.length)} of ${showNumber(count)} are shown.`)}</p>` : nothing}`,
        )}
      </section>
    `;
  }
}

const columns = (): readonly Column<KeyTerm>[] => [
  { label: msg('Term'), cell: ({ text }) => text },
  { label: msg('Sounds like'), cell: ({ soundsLike = [] }) => soundsLike.join(', ') },
  {
    label: msg('Weight'),
    isNumber: true,
    cell: ({ weight }) => (weight === undefined ? '' : showNumber(weight, 2)),
  },
];

customElements.define('terms-section', TermsSection);
