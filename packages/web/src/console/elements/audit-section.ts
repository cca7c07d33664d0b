import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formStyles } from '../../page/elements/form-styles.js';
import { icons } from '../../page/elements/icons.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { saveFile } from '../../page/exports/save-file.js';
import type { Refusal } from '../../page/server/ask.js';
import {
  AUDIT_EXPORT_PATH,
  AUDIT_OUTCOMES,
  readAudit,
  readVerification,
  startVerification,
  type AuditEntry,
  type AuditOutcome,
  type AuditPage,
  type AuditSearch,
  type AuditVerification,
} from '../audit/audit-api.js';
import { ACTION_GROUPS, describeActionGroup } from '../audit/action-groups.js';
import { describeEntry } from '../audit/describe-entry.js';
import { Asked } from '../server/asked.js';
import { fetchFile } from '../server/fetch-file.js';
import { createPaging } from '../server/paging.js';
import type { Server } from '../server/server.js';
import { showExactTime, showNumber, showShare, showTime } from '../show/format.js';
import { askedView, problemView } from './asked-view.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { isWide } from './is-wide.js';
import { choiceField, textField, timeIn, typedIn } from './form-fields.js';
import { pageButtons } from './page-buttons.js';

/** How often the progress of a verification is asked for, milliseconds. */
const PROGRESS_MS = 1500;

/** The audit log: who did what, whether the log itself is sound, and all of it as a file. */
export class AuditSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @state() private verification: AuditVerification = { state: 'none' };
  @state() private problem: Refusal | undefined;
  @state() private exporting = false;

  readonly #page = new Asked<AuditPage>(this, () => readAudit(this.server, this.#search, this.#paging.after));
  readonly #paging = createPaging();
  #search: AuditSearch = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    sharedStyles,
    formStyles,
    consoleStyles,
    css`
      .verify {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }

      .verify p {
        flex: 1 1 18rem;
      }

      .technical {
        color: var(--quiet);
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
    void this.#look(() => readVerification(this.server));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('Audit log')}</h2>
          <p class="lead">
            ${msg('Everything that was done with records, people and keys, the newest first. It holds no text of sessions, and reading it is noted in it as well.')}
          </p>
        </div>
        <button aria-disabled=${this.exporting} @click=${() => void this.#export()}>
          ${icons.download}<span>${this.exporting ? msg('One moment …') : msg('Export all of it')}</span>
        </button>
      </div>
      ${this.problem === undefined ? nothing : problemView(this.problem)} ${this.#renderVerification()}
      ${this.#renderFilters()}
      <section class="card" aria-label=${msg('Entries that were found')}>
        ${askedView(this.#page, (page) => this.#renderPage(page))}
      </section>
    `;
  }

  #renderVerification(): TemplateResult {
    const isRunning = this.verification.state === 'running';
    return html`<section class="card verify" aria-label=${msg('Whether the log is sound')}>
      <p role="status">${renderOutcome(this.verification)}</p>
      <button
        aria-disabled=${isRunning}
        @click=${() => {
          if (!isRunning) void this.#look(() => startVerification(this.server));
        }}
      >
        ${isRunning ? msg('Being verified …') : msg('Verify now')}
      </button>
    </section>`;
  }

  #renderFilters(): TemplateResult {
    const any = ['', msg('Any')] as const;
    return html`<details class="card search" ?open=${isWide()}>
      <summary>${msg('Search')}</summary>
      <form class="filters" aria-label=${msg('Search')} @submit=${this.#onSearch} @reset=${this.#onReset}>
        ${textField('actor', msg('Person'))}
        ${choiceField('action', msg('What was done'), [any, ...ACTION_GROUPS.map((each) => [each, describeActionGroup(each)] as const)])}
        ${choiceField('outcome', msg('Outcome'), [any, ...AUDIT_OUTCOMES.map((each) => [each, describeOutcome(each)] as const)])}
        ${textField('what', msg('To what (id)'), { maxLength: 100 })}
        ${textField('from', msg('At or after'), { type: 'datetime-local' })}
        ${textField('to', msg('Before'), { type: 'datetime-local' })}
        <div class="actions">
          <button class="primary">${msg('Search')}</button>
          <button type="reset" class="plain">${msg('Clear')}</button>
        </div>
      </form>
    </details>`;
  }

  #renderPage({ entries, next, searchedTo }: AuditPage): TemplateResult {
    return html`
      ${
        entries.length === 0
          ? html`<p class="state">
              ${next === undefined ? msg('No entry fits. Search for less, or clear the search.') : msg('Nothing fits so far, but there is more of the log to search.')}
            </p>`
          : dataTable(msg('Entries'), COLUMNS(), entries, ({ sequence }) => String(sequence))
      }
      ${searchedTo === undefined || next === undefined ? nothing : html`<p class="note">${msg(str`Searched back to ${showTime(searchedTo)}.`)}</p>`}
      ${pageButtons(this.#paging, next, () => this.#load(), { before: msg('Newer'), after: msg('Older') })}
    `;
  }

  readonly #onSearch = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement);
    const names = ['actor', 'action', 'outcome', 'what'] as const;
    this.#begin({
      ...Object.fromEntries(names.map((name) => [name, typedIn(typed, name)])),
      ...{ from: timeIn(typed, 'from'), to: timeIn(typed, 'to') },
    } as AuditSearch);
  };

  readonly #onReset = (): void => {
    this.#begin({});
  };

  #begin(search: AuditSearch): void {
    this.#search = search;
    this.#paging.restart();
    this.#load();
  }

  #load(): void {
    void this.#page.ask();
  }

  /** Looks how a verification goes until it is over. */
  async #look(question: () => ReturnType<typeof readVerification>): Promise<void> {
    clearTimeout(this.#timer);
    this.problem = undefined;
    const answer = await question();
    if (answer.kind !== 'ok') {
      this.problem = answer;
      return;
    }
    this.verification = answer.body;
    if (answer.body.state !== 'running' || !this.isConnected) return;
    this.#timer = setTimeout(() => void this.#look(() => readVerification(this.server)), PROGRESS_MS);
  }

  async #export(): Promise<void> {
    if (this.exporting) return;
    this.exporting = true;
    this.problem = undefined;
    const answer = await fetchFile(AUDIT_EXPORT_PATH);
    this.exporting = false;
    if (answer.kind === 'ok') saveFile(`audit-${new Date().toISOString().slice(0, 10)}.jsonl`, answer.body);
    else this.problem = answer;
  }
}

const COLUMNS = (): readonly Column<AuditEntry>[] => [
  { label: msg('When'), cell: ({ time }) => showExactTime(time) },
  {
    label: msg('What happened'),
    cell: (entry) =>
      html`${describeEntry(entry)} <br /><span class="technical"
          >${entry.action}${entry.what === undefined ? nothing : ` · ${entry.what}`}</span
        >`,
  },
  { label: msg('Outcome'), cell: ({ outcome }) => renderMark(outcome) },
  { label: msg('From'), cell: ({ from = '' }) => from },
];

function renderMark(outcome: AuditOutcome): TemplateResult {
  const marks = { success: 'mark', denied: 'mark warn', failure: 'mark bad' } as const;
  return html`<span class=${marks[outcome]}>${describeOutcome(outcome)}</span>`;
}

function describeOutcome(outcome: AuditOutcome): string {
  switch (outcome) {
    case 'success':
      return msg('Done');
    case 'denied':
      return msg('Refused');
    case 'failure':
      return msg('Failed');
  }
}

/** What a verification has found, in words. */
function renderOutcome({ state: is, endedAt, done = 0, of = 0, result }: AuditVerification): TemplateResult {
  switch (is) {
    case 'none':
      return html`${msg('The log has not been verified since the server was started. Verifying finds out whether an entry was changed, added or removed by something other than a server.')}`;
    case 'running':
      return html`${msg(str`The log is being verified: ${showShare(of === 0 ? 0 : done / of)} of it so far.`)}`;
    case 'failed':
      return html`${msg('The verification could not be ended. Verify again; if that fails too, tell whoever runs the server.')}`;
    case 'done': {
      const when = endedAt === undefined ? '' : showTime(endedAt);
      if (result?.sound === true)
        return html`<span class="mark good">${msg('Sound')}</span>
          ${msg(str`All ${showNumber(result.entries)} entries are as they were written, verified ${when}.`)}`;
      const at = result?.firstProblem?.sequence;
      return html`<span class="mark bad">${msg('Changed')}</span> ${
          at === undefined
            ? msg(
                'The log was changed by something other than a server. Keep it as it is, export it, and tell whoever is responsible for security.',
              )
            : msg(
                str`From entry ${showNumber(at)} on, the log was changed by something other than a server. Keep it as it is, export it, and tell whoever is responsible for security.`,
              )
        }`;
    }
  }
}

customElements.define('audit-section', AuditSection);
