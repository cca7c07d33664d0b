import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formStyles } from '../../page/elements/form-styles.js';
import '../../page/elements/page-dialog.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { describeRole } from '../../page/login/describe-role.js';
import type { Permissions } from '../access/permissions.js';
import { createKey, readKeys, revokeKey, type ApiKey, type KeysPage } from '../people/keys-api.js';
import { groupsField, roleField, typedRole } from '../people/role-fields.js';
import { Asked } from '../server/asked.js';
import { createPaging } from '../server/paging.js';
import type { Server } from '../server/server.js';
import { showDate, showTime } from '../show/format.js';
import { askedView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { textField, typedIn } from './form-fields.js';
import { nameSearch } from './name-search.js';
import { pageButtons } from './page-buttons.js';

/** The longest that the server lets a key be valid, days. */
const MOST_DAYS = 3650;

/** The keys with which programs use the server. */
export class KeysSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;
  @state() private question: Question | undefined;
  /** A new key, which is shown once. */
  @state() private shown: { readonly name: string; readonly secret: string } | undefined;

  readonly #paging = createPaging();
  #wanted: string | undefined;
  readonly #keys = new Asked<KeysPage>(this, () => readKeys(this.server, this.#wanted, this.#paging.after));

  static override styles = [sharedStyles, formStyles, consoleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#keys.ask();
  }

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('API keys')}</h2>
          <p class="lead">
            ${msg('With a key, a program uses the server. Give each program its own, so that it can be revoked alone.')}
          </p>
        </div>
        ${
          this.permissions.may('key.create')
            ? html`<button
                class="primary"
                @click=${() => {
                  this.question = this.#creation();
                }}
              >
                ${msg('Create a key …')}
              </button>`
            : nothing
        }
      </div>
      <section class="card" aria-label=${msg('API keys')}>
        ${nameSearch(msg('Name'), (name) => {
          this.#wanted = name;
          this.#paging.restart();
          void this.#keys.ask();
        })}
        ${askedView(this.#keys, (page) => this.#renderKeys(page))}
      </section>
      ${
        this.question === undefined
          ? nothing
          : html`<confirm-dialog
              .question=${this.question}
              @done=${() => void this.#keys.refresh()}
              @closed=${() => {
                this.question = undefined;
              }}
            ></confirm-dialog>`
      }
      ${
        this.shown === undefined
          ? nothing
          : html`<page-dialog
              heading=${msg(str`The key ${this.shown.name}`)}
              @closed=${() => {
                this.shown = undefined;
              }}
            >
              <p>${msg('It is shown this once. Put it where only the program can read it.')}</p>
              <p>
                <code class="secret" role="group" tabindex="0" aria-label=${msg('The key')}
                  >${this.shown.secret}</code
                >
              </p>
            </page-dialog>`
      }
    `;
  }

  #renderKeys({ keys, next }: KeysPage): TemplateResult {
    return html`
      ${
        keys.length === 0
          ? html`<p class="state">
              ${this.#wanted === undefined ? msg('There are no keys yet. Create one for each program that uses the server.') : msg('Nothing fits. Search for less, or clear the search.')}
            </p>`
          : dataTable(msg('API keys'), this.#columns(), keys, ({ id }) => id)
      }
      ${
        next === undefined && !this.#paging.hasBefore
          ? nothing
          : pageButtons(this.#paging, next, () => void this.#keys.ask(), {
              ...{ before: msg('Newer'), after: msg('Older') },
            })
      }
    `;
  }

  #columns(): readonly Column<ApiKey>[] {
    return [
      { label: msg('Name'), cell: ({ name }) => name },
      { label: msg('Role'), cell: ({ role }) => describeRole(role).name },
      { label: msg('Groups'), cell: ({ groups }) => groups.join(', ') },
      { label: msg('Created'), cell: ({ createdAt }) => showDate(createdAt) },
      {
        label: msg('Last used'),
        cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? msg('Never') : showTime(lastUsedAt)),
      },
      { label: msg('State'), cell: renderState },
      ...(this.permissions.may('key.revoke') ? [this.#revokeColumn()] : []),
    ];
  }

  #revokeColumn(): Column<ApiKey> {
    return {
      label: msg('Actions'),
      cell: ({ id, name, revokedAt }) =>
        revokedAt === undefined
          ? html`<button
              class="small danger"
              aria-label=${msg(str`Revoke ${name}`)}
              @click=${() => {
                this.question = {
                  heading: msg(str`Revoke the key ${name}?`),
                  text: msg(
                    'It is refused at once, and sessions that it opened end within a minute. It cannot be brought back.',
                  ),
                  label: msg('Revoke'),
                  isDanger: true,
                  act: () => revokeKey(this.server, id),
                };
              }}
            >
              ${msg('Revoke')}
            </button>`
          : nothing,
    };
  }

  #creation(): Question {
    const daysOf = (typed: FormData): number | undefined => {
      const days = typedIn(typed, 'days');
      return days === undefined ? undefined : Number(days.replace(',', '.'));
    };
    return {
      heading: msg('Create a key'),
      text: msg('The key is shown once, when it is created.'),
      label: msg('Create'),
      fields: html`
        ${textField('name', msg('What it is for'), { maxLength: 100, isRequired: true })}
        ${roleField('service')} ${groupsField()}
        ${textField('days', msg('Valid for so many days'), { maxLength: 6, hint: msg('Left empty, it is valid until it is revoked.') })}
      `,
      check: (typed) => {
        const days = daysOf(typed);
        if (typedIn(typed, 'name') === undefined) return msg('Say what the key is for.');
        return days === undefined || (days > 0 && days <= MOST_DAYS)
          ? undefined
          : msg(str`Type a number of days up to ${MOST_DAYS}, or nothing.`);
      },
      act: async (typed) => {
        const name = typedIn(typed, 'name') ?? '';
        const days = daysOf(typed);
        const order = { name, ...typedRole(typed), ...(days !== undefined && { expiresInDays: days }) };
        const answer = await createKey(this.server, order);
        if (answer.kind === 'ok') this.shown = { name, secret: answer.body.secret };
        return answer;
      },
    };
  }
}

function renderState({ expiresAt, revokedAt }: ApiKey): TemplateResult {
  if (revokedAt !== undefined) return html`<span class="mark">${msg('Revoked')}</span>`;
  if (expiresAt === undefined) return html`<span class="mark good">${msg('Valid')}</span>`;
  return Date.parse(expiresAt) < Date.now()
    ? html`<span class="mark warn">${msg('Expired')}</span>`
    : html`<span class="mark good">${msg(str`Valid until ${showDate(expiresAt)}`)}</span>`;
}

customElements.define('keys-section', KeysSection);
