import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { linkTo } from '../access/place.js';
import type { Permissions } from '../access/permissions.js';
import {
  readDue,
  readRetention,
  runRetention,
  type DuePage,
  type DueSession,
  type Retention,
  type RetentionRun,
} from '../records/retention-api.js';
import { Asked } from '../server/asked.js';
import { createPaging } from '../server/paging.js';
import type { Server } from '../server/server.js';
import { showNumber, showQuantity, showTime } from '../show/format.js';
import { askedView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { pageButtons } from './page-buttons.js';

/** How long sessions are kept, and which are due. */
export class RetentionSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;

  @state() private question: Question | undefined;
  /** What the last run has done. */
  @state() private done: RetentionRun | undefined;
  /** Whether the sessions are shown whose time is over. */
  @state() private shown = false;

  readonly #paging = createPaging();
  readonly #retention = new Asked<Retention>(this, () => readRetention(this.server));
  readonly #due = new Asked<DuePage>(this, () => readDue(this.server, this.#paging.after));

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
      ${this.shown ? this.#renderDue() : nothing}
      ${
        this.question === undefined
          ? nothing
          : html`<confirm-dialog
              .question=${this.question}
              @done=${this.#refresh}
              @closed=${() => {
                this.question = undefined;
              }}
            ></confirm-dialog>`
      }
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
      ${days === undefined ? nothing : this.#renderActions(due)}
      <p role="status">${this.done === undefined ? nothing : describeRun(this.done)}</p>
      <p class="note">
        ${msg('It is changed by the setting “retention” of the server, so that nobody who takes over a browser can shorten it.')}
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

  #renderActions(due: number): TemplateResult {
    return html`<p class="row-actions">
      ${
        this.shown
          ? nothing
          : html`<button @click=${this.#onShow}>${msg('Show the sessions whose time is over')}</button>`
      }
      ${
        this.permissions.may('retention.run') && due > 0
          ? html`<button
              class="danger"
              @click=${() => {
                this.question = this.#run(due);
              }}
            >
              ${msg('Destroy them now …')}
            </button>`
          : nothing
      }
    </p>`;
  }

  #renderDue(): TemplateResult {
    return html`<section class="card" aria-labelledby="due">
      <h3 id="due">${msg('Sessions whose time is over')}</h3>
      ${askedView(this.#due, ({ records, next }) =>
        records.length === 0
          ? html`<p class="state">${msg('There are none at the moment.')}</p>`
          : html`${dataTable(msg('Sessions whose time is over'), this.#columns(), records, ({ id }) => id)}
            ${pageButtons(this.#paging, next, () => void this.#due.ask(), { before: msg('Older'), after: msg('Newer') })}`,
      )}
    </section>`;
  }

  #columns(): readonly Column<DueSession>[] {
    return [
      { label: msg('Began'), cell: ({ startedAt }) => showTime(startedAt) },
      { label: msg('Number (id)'), cell: ({ id }) => html`<code>${id}</code>` },
      {
        label: msg('What becomes of it'),
        cell: ({ held }) =>
          held
            ? html`<span class="mark good">${msg('Stays: under legal hold')}</span>`
            : html`<span class="mark warn">${msg('Is destroyed')}</span>`,
      },
    ];
  }

  #run(due: number): Question {
    return {
      heading: msg('Destroy sessions whose time is over?'),
      text: msg(
        str`Number of sessions: ${showNumber(due)}. The server would destroy them within an hour anyway, with their keys, text and audio, also in backups. Nobody can bring them back. Those under legal hold stay.`,
      ),
      label: msg('Destroy them'),
      isDanger: true,
      act: async () => {
        const answer = await runRetention(this.server);
        if (answer.kind === 'ok') this.done = answer.body;
        return answer;
      },
    };
  }

  readonly #onShow = (): void => {
    this.shown = true;
    void this.#due.ask();
  };

  readonly #refresh = (): void => {
    void this.#retention.refresh();
    this.#paging.restart();
    if (this.shown) void this.#due.refresh();
  };
}

/** What a run has done, and whether another is needed. */
function describeRun({ destroyed, due }: RetentionRun): string {
  return due === 0
    ? msg(str`Destroyed: ${showNumber(destroyed)}.`)
    : msg(
        str`Destroyed: ${showNumber(destroyed)}. Still to be destroyed: ${showNumber(due)}. Do it again, or wait.`,
      );
}

customElements.define('retention-section', RetentionSection);
