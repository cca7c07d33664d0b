import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formStyles } from '../../page/elements/form-styles.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { clock } from '../../page/transcript/clock.js';
import { linkTo } from '../access/place.js';
import type { Permissions } from '../access/permissions.js';
import { describeState, kindOf, personOf, stateOf } from '../records/describe-session.js';
import type { Listing } from '../records/listing.js';
import { deleteQuestion, emergencyQuestion, holdQuestion } from '../records/session-questions.js';
import {
  findSessions,
  SESSION_STATES,
  type SessionPage,
  type SessionSearch,
  type SessionSummary,
} from '../records/sessions-api.js';
import { Asked } from '../server/asked.js';
import type { Server } from '../server/server.js';
import { showLanguage, showTime } from '../show/format.js';
import { askedView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { isWide } from './is-wide.js';
import { choiceField, textField, timeIn, typedIn } from './form-fields.js';
import { pageButtons } from './page-buttons.js';

/** Finds sessions by what is known of them without their text. */
export class SessionsSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;
  /** Kept by the console, so that whoever comes back from a session finds what they had searched for. */
  @property({ attribute: false }) listing!: Listing;
  @state() private question: Question | undefined;

  readonly #page = new Asked<SessionPage>(this, () =>
    findSessions(this.server, this.listing.search, this.listing.paging.after),
  );

  static override styles = [sharedStyles, formStyles, consoleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('Sessions')}</h2>
          <p class="lead">
            ${msg('What was recorded, the newest first. You can search by person, time and the like, but not in the text itself: it is encrypted, and the server keeps no list of its words.')}
          </p>
        </div>
        ${
          this.permissions.may('record.break-glass')
            ? html`<button @click=${this.#onEmergency}>${msg('Open in an emergency …')}</button>`
            : nothing
        }
      </div>
      ${this.#renderFilters()}
      <section class="card" aria-label=${msg('Sessions that were found')}>
        ${askedView(this.#page, (page) => this.#renderPage(page))}
      </section>
      ${
        this.question === undefined
          ? nothing
          : html`<confirm-dialog
              .question=${this.question}
              @done=${() => void this.#page.refresh()}
              @closed=${() => {
                this.question = undefined;
              }}
            ></confirm-dialog>`
      }
    `;
  }

  #renderFilters(): TemplateResult {
    const { owner, group, kind, language, state: chosenState, held } = this.listing.search;
    const any = ['', msg('Any')] as const;
    return html`<details class="card search" ?open=${isWide()}>
      <summary>${msg('Search')}</summary>
      <form class="filters" aria-label=${msg('Search')} @submit=${this.#onSearch} @reset=${this.#onReset}>
        ${textField('owner', msg('Person'), { ...(owner !== undefined && { value: owner }) })}
        ${textField('group', msg('Group'), { maxLength: 100, ...(group !== undefined && { value: group }) })}
        ${textField('from', msg('Began at or after'), { type: 'datetime-local' })}
        ${textField('to', msg('Began before'), { type: 'datetime-local' })}
        ${choiceField('kind', msg('Kind'), [any, ['live', msg('Live')], ['upload', msg('Recording')]], kind)}
        ${textField('language', msg('Language, such as en'), { maxLength: 35, ...(language !== undefined && { value: language }) })}
        ${choiceField('state', msg('State'), [any, ...SESSION_STATES.map((each) => [each, describeState(each)] as const)], chosenState)}
        ${choiceField('held', msg('Legal hold'), [any, ['true', msg('Held')], ['false', msg('Not held')]], held)}
        <div class="actions">
          <button class="primary">${msg('Search')}</button>
          <button type="reset" class="plain">${msg('Clear')}</button>
        </div>
      </form>
    </details>`;
  }

  #renderPage({ sessions, next }: SessionPage): TemplateResult {
    return html`
      ${
        sessions.length === 0
          ? html`<p class="state">${this.#nothingFound()}</p>`
          : dataTable(msg('Sessions'), this.#columns(), sessions, ({ id }) => id)
      }
      ${pageButtons(this.listing.paging, next, () => this.#load(), { before: msg('Newer'), after: msg('Older') })}
    `;
  }

  #nothingFound(): string {
    return Object.values(this.listing.search).some((value) => value !== undefined)
      ? msg('No session fits. Search for less, or clear the search.')
      : msg('There are no sessions yet. One appears here as soon as somebody records.');
  }

  #columns(): readonly Column<SessionSummary>[] {
    const reads = this.permissions.may('record.read');
    return [
      {
        label: msg('Began'),
        cell: ({ id, startedAt }) =>
          reads ? html`<a href=${linkTo('sessions', id)}>${showTime(startedAt)}</a>` : showTime(startedAt),
      },
      { label: msg('Person'), cell: personOf },
      { label: msg('Group'), cell: ({ groups }) => groups.join(', ') },
      { label: msg('Kind'), cell: kindOf },
      { label: msg('Language'), cell: ({ language }) => showLanguage(language) },
      { label: msg('Length'), isNumber: true, cell: ({ audioSeconds }) => clock(audioSeconds) },
      {
        label: msg('State'),
        cell: (session) =>
          html`<span class="mark">${stateOf(session)}</span>
            ${session.held ? html` <span class="mark warn">${msg('Legal hold')}</span>` : nothing}`,
      },
      ...(this.permissions.may('record.hold') ? [this.#actionsColumn()] : []),
    ];
  }

  #actionsColumn(): Column<SessionSummary> {
    return {
      label: msg('Actions'),
      cell: (session) =>
        html`<span class="row-actions">
          <button
            class="small"
            aria-label=${
              session.held
                ? msg(str`Release the session of ${showTime(session.startedAt)}`)
                : msg(str`Hold the session of ${showTime(session.startedAt)}`)
            }
            @click=${() => {
              this.question = holdQuestion(this.server, session);
            }}
          >
            ${session.held ? msg('Release') : msg('Hold')}
          </button>
          ${
            this.permissions.mayTo('record.delete', session)
              ? html`<button
                  class="small danger"
                  aria-label=${msg(str`Delete the session of ${showTime(session.startedAt)}`)}
                  @click=${() => {
                    this.question = deleteQuestion(this.server, session);
                  }}
                >
                  ${msg('Delete')}
                </button>`
              : nothing
          }
        </span>`,
    };
  }

  readonly #onSearch = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement);
    const names = ['owner', 'group', 'kind', 'language', 'state', 'held'] as const;
    this.#begin({
      ...Object.fromEntries(names.map((name) => [name, typedIn(typed, name)])),
      ...{ from: timeIn(typed, 'from'), to: timeIn(typed, 'to') },
    } as SessionSearch);
  };

  readonly #onReset = (): void => {
    this.#begin({});
  };

  #begin(search: SessionSearch): void {
    this.listing.search = search;
    this.listing.paging.restart();
    this.#load();
  }

  #load(): void {
    void this.#page.ask();
  }

  readonly #onEmergency = (): void => {
    this.question = emergencyQuestion(this.server, (id) => {
      location.hash = linkTo('sessions', id);
    });
  };
}

customElements.define('sessions-section', SessionsSection);
