import { msg } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { linkTo } from '../access/place.js';
import type { Permissions } from '../access/permissions.js';
import { readRetention, type Retention } from '../records/retention-api.js';
import { Asked } from '../server/asked.js';
import type { Server } from '../server/server.js';
import { showNumber, showQuantity } from '../show/format.js';
import { askedView } from './asked-view.js';
import { consoleStyles } from './console-styles.js';

/** How long sessions are kept, and which are due. */
export class RetentionSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;

  readonly #retention = new Asked<Retention>(this, () => readRetention(this.server));

  static override styles = [sharedStyles, consoleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#retention.ask();
  }

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('Retention')}</h2>
          <p class="lead">
            ${msg('How long sessions are kept. Once their time is over, the server destroys them with their keys, unless they are under legal hold.')}
          </p>
        </div>
      </div>
      <section class="card" aria-label=${msg('Retention')}>
        ${askedView(this.#retention, (retention) => this.#renderRetention(retention))}
      </section>
    `;
  }

  #renderRetention({ days, due, held }: Retention): TemplateResult {
    return html`
      <dl>
        <div>
          <dt>${msg('Sessions are kept')}</dt>
          <dd>${days === undefined ? msg('until somebody deletes them') : showQuantity(days, 'day')}</dd>
        </div>
        <div>
          <dt>${msg('Destroyed by the next run')}</dt>
          <dd>${showNumber(due)}</dd>
        </div>
        <div>
          <dt>${msg('Under legal hold')}</dt>
          <dd>${showNumber(held)}</dd>
        </div>
      </dl>
      <p class="note">
        ${msg('It is changed by the setting “retention” of the server, so that nobody who takes over a browser can destroy anything.')}
      </p>
      ${
        this.permissions.may('record.hold')
          ? html`<p>
              <a href=${linkTo('sessions')}>${msg('Put sessions under legal hold, or release them')}</a>
            </p>`
          : nothing
      }
    `;
  }
}

customElements.define('retention-section', RetentionSection);
