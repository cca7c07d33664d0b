import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { clock } from '../../page/transcript/clock.js';
import type { Permissions } from '../access/permissions.js';
import { endSession, readLive, type LivePage, type LiveSession } from '../live/live-api.js';
import { Asked } from '../server/asked.js';
import { createPaging } from '../server/paging.js';
import { Poll } from '../server/poll.js';
import type { Server } from '../server/server.js';
import { secondsSince, showLanguage, showQuantity, showTime } from '../show/format.js';
import { askedView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { pageButtons } from './page-buttons.js';

/** A final that takes longer than this is late, seconds. */
const LATE_SECONDS = 3;

/** Who speaks at the moment. Shows no text. */
export class LiveSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;
  @property({ attribute: false }) isShown = true;
  @state() private question: Question | undefined;

  readonly #page = new Asked<LivePage>(this, () => readLive(this.server, this.#paging.after));
  readonly #paging = createPaging();
  readonly #poll = new Poll(this, async () => {
    await this.#page.refresh();
    return this.#page.state.kind === 'ready';
  });

  static override styles = [sharedStyles, consoleStyles];

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('Live now')}</h2>
          <p class="lead">
            ${msg('Who speaks at the moment, and how long texts take. What is said is not shown here.')}
          </p>
        </div>
        ${
          this.#poll.isPaused
            ? html`<p class="note" role="status">
                ${msg('Not refreshed, as nobody seems to watch. Move the pointer or press a key.')}
              </p>`
            : html`<p class="note">${msg('Refreshed every few seconds.')}</p>`
        }
      </div>
      <section class="card" aria-label=${msg('Open sessions')}>
        ${askedView(this.#page, (page) => this.#renderPage(page))}
      </section>
      ${
        this.question === undefined
          ? nothing
          : html`<confirm-dialog
              .question=${this.question}
              @done=${() => void this.#poll.now()}
              @closed=${() => {
                this.question = undefined;
              }}
            ></confirm-dialog>`
      }
    `;
  }

  #renderPage({ sessions, next }: LivePage): TemplateResult {
    return html`
      ${
        sessions.length === 0
          ? html`<p class="state" role="status">
              ${msg('Nobody speaks at the moment. A session appears here as soon as it begins.')}
            </p>`
          : dataTable(msg('Open sessions'), this.#columns(), sessions, ({ id }) => id)
      }
      ${
        next === undefined && !this.#paging.hasBefore
          ? nothing
          : pageButtons(this.#paging, next, () => void this.#page.ask(), {
              before: msg('Page before'),
              after: msg('Next page'),
            })
      }
    `;
  }

  #columns(): readonly Column<LiveSession>[] {
    return [
      { label: msg('Person'), cell: ({ owner, ownerName }) => ownerName ?? owner },
      { label: msg('Group'), cell: ({ groups }) => groups.join(', ') },
      {
        label: msg('Since'),
        cell: ({ startedAt }) =>
          html`${showTime(startedAt)} <span class="note">(${clock(secondsSince(startedAt))})</span>`,
      },
      { label: msg('Language'), cell: ({ language }) => showLanguage(language) },
      { label: msg('State'), cell: (session) => renderState(session) },
      {
        label: msg('Last delay'),
        isNumber: true,
        cell: ({ finalDelaySeconds: delay }) =>
          delay === undefined
            ? nothing
            : html`<span class=${delay > LATE_SECONDS ? 'mark warn' : ''}
                >${showQuantity(delay, 'second', 1)}</span
              >`,
      },
      { label: msg('Server'), cell: ({ server = '' }) => server },
      ...(this.permissions.may('session.stop') ? [this.#endColumn()] : []),
    ];
  }

  #endColumn(): Column<LiveSession> {
    return {
      label: msg('Actions'),
      cell: (session) => {
        const who = session.ownerName ?? session.owner;
        return html`<button
          class="small danger"
          aria-label=${msg(str`End the session of ${who}`)}
          ?disabled=${session.ending === true}
          @click=${() => {
            this.question = {
              heading: msg('End the session?'),
              text: msg(
                str`${who} is told that an administrator has ended it. What was said until then is kept.`,
              ),
              label: msg('End it'),
              isDanger: true,
              act: () => endSession(this.server, session.id),
            };
          }}
        >
          ${msg('End')}
        </button>`;
      },
    };
  }
}

function renderState({ connected, ending }: LiveSession): TemplateResult {
  if (ending === true) return html`<span class="mark">${msg('Being completed')}</span>`;
  if (connected === false) return html`<span class="mark warn">${msg('Connection lost')}</span>`;
  return html`<span class="mark good">${msg('Speaking')}</span>`;
}

customElements.define('live-section', LiveSection);
