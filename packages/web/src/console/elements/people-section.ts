import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formStyles } from '../../page/elements/form-styles.js';
import '../../page/elements/page-dialog.js';
import '../../page/elements/qr-code.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { describeRole } from '../../page/login/describe-role.js';
import type { Answer } from '../../page/server/ask.js';
import type { Permissions } from '../access/permissions.js';
import {
  changePerson,
  createPerson,
  disablePerson,
  readGroups,
  readPeople,
  resetPerson,
  type Group,
  type PeoplePage,
  type Person,
  type PersonSecrets,
} from '../people/people-api.js';
import { groupsField, roleField, typedRole } from '../people/role-fields.js';
import { Asked } from '../server/asked.js';
import { createPaging } from '../server/paging.js';
import type { Server } from '../server/server.js';
import { showDate, showNumber } from '../show/format.js';
import { askedView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import { dataTable, type Column } from './data-table.js';
import { textField, typedIn } from './form-fields.js';
import { nameSearch } from './name-search.js';
import { pageButtons } from './page-buttons.js';

/** Secrets that are shown once, and whose they are. */
interface Shown extends PersonSecrets {
  readonly name: string;
}

/** The people who can log in, and their groups. */
export class PeopleSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;
  @state() private question: Question | undefined;
  @state() private shown: Shown | undefined;

  readonly #paging = createPaging();
  #wanted: string | undefined;
  readonly #people = new Asked<PeoplePage>(this, () =>
    readPeople(this.server, this.#wanted, this.#paging.after),
  );
  readonly #groups = new Asked<{ readonly groups: readonly Group[] }>(this, () => readGroups(this.server));

  static override styles = [
    sharedStyles,
    formStyles,
    consoleStyles,
    css`
      .secrets {
        display: grid;
        gap: 0.875rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#people.ask();
    if (this.permissions.may('group.list')) void this.#groups.ask();
  }

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('People')}</h2>
          <p class="lead">${msg('Who can log in, with which role, and in which groups.')}</p>
        </div>
        ${
          this.permissions.may('user.create')
            ? html`<button
                class="primary"
                @click=${() => {
                  this.question = this.#creation();
                }}
              >
                ${msg('Add a person …')}
              </button>`
            : nothing
        }
      </div>
      <section class="card" aria-label=${msg('People')}>
        ${nameSearch(msg('Name'), (name) => {
          this.#wanted = name;
          this.#paging.restart();
          void this.#people.ask();
        })}
        ${askedView(this.#people, (page) => this.#renderPeople(page))}
      </section>
      ${this.permissions.may('group.list') ? this.#renderGroups() : nothing}
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
      ${this.shown === undefined ? nothing : this.#renderSecrets(this.shown)}
    `;
  }

  #renderPeople({ users, next }: PeoplePage): TemplateResult {
    return html`
      ${
        users.length === 0
          ? html`<p class="state">
              ${this.#wanted === undefined ? msg('Nobody can log in yet. Add the first person.') : msg('Nothing fits. Search for less, or clear the search.')}
            </p>`
          : dataTable(msg('People'), this.#columns(), users, ({ id }) => id)
      }
      ${
        next === undefined && !this.#paging.hasBefore
          ? nothing
          : pageButtons(this.#paging, next, () => void this.#people.ask(), {
              ...{ before: msg('Back'), after: msg('More') },
            })
      }
    `;
  }

  #columns(): readonly Column<Person>[] {
    return [
      { label: msg('Name'), cell: ({ name }) => name },
      { label: msg('Role'), cell: ({ role }) => describeRole(role).name },
      { label: msg('Groups'), cell: ({ groups }) => groups.join(', ') },
      {
        label: msg('Authenticator'),
        cell: ({ usesCodes }) => (usesCodes ? msg('Asked for') : msg('None')),
      },
      { label: msg('Since'), cell: ({ createdAt }) => showDate(createdAt) },
      {
        label: msg('State'),
        cell: ({ disabledAt }) =>
          disabledAt === undefined
            ? html`<span class="mark good">${msg('Can log in')}</span>`
            : html`<span class="mark warn">${msg('Disabled')}</span>`,
      },
      { label: msg('Actions'), cell: (person) => this.#renderActions(person) },
    ];
  }

  #renderActions(person: Person): TemplateResult {
    const { may } = this.permissions;
    const { name, disabledAt } = person;
    const act = (action: string, label: string, spoken: string, question: () => Question, danger = false) =>
      may(action)
        ? html`<button
            class=${danger ? 'small danger' : 'small'}
            aria-label=${spoken}
            @click=${() => {
              this.question = question();
            }}
          >
            ${label}
          </button>`
        : nothing;
    return html`<span class="row-actions">
      ${act('user.change', msg('Change'), msg(str`Change ${name}`), () => this.#change(person))}
      ${act('user.reset', msg('Reset'), msg(str`Reset ${name}`), () => this.#reset(person))}
      ${disabledAt === undefined ? act('user.disable', msg('Disable'), msg(str`Disable ${name}`), () => this.#disable(person), true) : nothing}
    </span>`;
  }

  #renderGroups(): TemplateResult {
    return html`<section class="card" aria-labelledby="groups">
      <h3 id="groups">${msg('Groups')}</h3>
      ${askedView(this.#groups, ({ groups }) =>
        groups.length === 0
          ? html`<p class="state">
              ${msg('There are no groups. One comes to be when a person or a key is put into it.')}
            </p>`
          : dataTable<Group>(
              msg('Groups'),
              [
                { label: msg('Name'), cell: ({ name }) => name },
                { label: msg('People'), isNumber: true, cell: ({ users }) => showNumber(users) },
                { label: msg('API keys'), isNumber: true, cell: ({ keys }) => showNumber(keys) },
              ],
              groups,
              ({ name }) => name,
            ),
      )}
    </section>`;
  }

  #renderSecrets({ name, password, codeSetup }: Shown): TemplateResult {
    return html`<page-dialog
      heading=${msg(str`What ${name} logs in with`)}
      @closed=${() => {
        this.shown = undefined;
      }}
    >
      <div class="secrets">
        <p>
          ${msg('This is shown this once. Give it to the person on a way that nobody else sees; the password is to be changed at the first login.')}
        </p>
        <div>
          <p class="note" id="password">${msg('Password')}</p>
          <code class="secret" aria-labelledby="password" role="group" tabindex="0">${password}</code>
        </div>
        ${
          codeSetup === undefined
            ? nothing
            : html`<div>
                <p class="note">${msg('For the authenticator: scan it, or type it in.')}</p>
                <qr-code .text=${codeSetup} label=${msg('QR code of the authenticator')}></qr-code>
                <code class="secret">${codeSetup}</code>
              </div>`
        }
      </div>
    </page-dialog>`;
  }

  #creation(): Question {
    return {
      heading: msg('Add a person'),
      text: msg('The server makes up a password, which is shown once.'),
      label: msg('Add'),
      fields: html`
        ${textField('name', msg('Name to log in with'), { maxLength: 100, isRequired: true })} ${roleField()}
        ${groupsField()}
        <label class="choice"
          ><input type="checkbox" name="codes" checked /><span
            >${msg('Ask for an authenticator code at each login')}</span
          ></label
        >
      `,
      check: (typed) => (typedIn(typed, 'name') === undefined ? msg('Type a name.') : undefined),
      act: (typed) => {
        const name = typedIn(typed, 'name') ?? '';
        const order = { name, ...typedRole(typed), usesCodes: typed.get('codes') !== null };
        return this.#showing(name, createPerson(this.server, order));
      },
    };
  }

  #change({ id, name, role, groups }: Person): Question {
    return {
      heading: msg(str`Change ${name}`),
      text: msg('It counts at once. Sessions that were held before keep the groups that they had.'),
      label: msg('Save'),
      fields: html`${roleField(role)} ${groupsField(groups)}`,
      act: (typed) => changePerson(this.server, id, typedRole(typed)),
    };
  }

  #disable({ id, name }: Person): Question {
    return {
      heading: msg(str`Disable ${name}?`),
      text: msg(
        'All their logins end at once, and their sessions within a minute. What they recorded stays. A reset lets them log in again.',
      ),
      label: msg('Disable'),
      isDanger: true,
      act: () => disablePerson(this.server, id),
    };
  }

  #reset({ id, name }: Person): Question {
    return {
      heading: msg(str`Give ${name} a new password?`),
      text: msg('The old password, the authenticator and all logins end at once. What is new is shown once.'),
      label: msg('Make a new one'),
      act: () => this.#showing(name, resetPerson(this.server, id)),
    };
  }

  async #showing(name: string, answered: Promise<Answer<PersonSecrets>>): Promise<Answer<unknown>> {
    const answer = await answered;
    if (answer.kind === 'ok') this.shown = { name, ...answer.body };
    return answer;
  }

  readonly #refresh = (): void => {
    void this.#people.refresh();
    if (this.permissions.may('group.list')) void this.#groups.refresh();
  };
}

customElements.define('people-section', PeopleSection);
