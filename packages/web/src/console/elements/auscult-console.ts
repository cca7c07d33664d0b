import { msg } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { createRef, ref } from 'lit/directives/ref.js';
import '../../page/elements/account-button.js';
import '../../page/elements/account-panel.js';
import { icons } from '../../page/elements/icons.js';
import '../../page/elements/login-form.js';
import '../../page/elements/page-dialog.js';
import type { PageDialog } from '../../page/elements/page-dialog.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { createLogin, identityIn } from '../../page/login/login.js';
import { loadSettings } from '../../page/settings/settings.js';
import { applyTheme, isDark } from '../../page/settings/theme.js';
import { observe } from '../../page/state/observe.js';
import { permissionsOf, type ConsoleIdentity, type Permissions } from '../access/permissions.js';
import { linkTo, watchPlace } from '../access/place.js';
import { sectionsOf, type Section } from '../access/sections.js';
import { createListing } from '../records/listing.js';
import { createServer } from '../server/server.js';
import { nameOf } from '../show/describe-section.js';
import { appStyles } from './app-styles.js';
import './audit-section.js';
import './health-section.js';
import './keys-section.js';
import './live-section.js';
import './people-section.js';
import './retention-section.js';
import './session-view.js';
import './sessions-section.js';
import './terms-section.js';

/** The console: its parts by the role of whoever is logged in. */
export class AuscultConsole extends LitElement {
  @state() private account: { readonly problem?: string } | undefined;

  readonly #login = createLogin();
  readonly #settings = loadSettings(localStorage);
  readonly #place = watchPlace();
  readonly #server = createServer(() => void this.#login.check());
  #listing = createListing();
  #owner: string | undefined;
  readonly #dialog = createRef<PageDialog>();

  static override styles = [sharedStyles, appStyles];

  constructor() {
    super();
    observe(this, this.#login.state, this.#settings, this.#place);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // What stood here while the script was loading.
    this.replaceChildren();
    void this.#login.check();
  }

  protected override firstUpdated(): void {
    this.#place.subscribe(() => {
      scrollTo(0, 0);
      // The link that had the focus may be gone; whoever cannot see learns where they are.
      void this.updateComplete.then(() => this.renderRoot.querySelector('main')?.focus());
    });
    this.#login.state.subscribe(() => {
      const { value } = this.#login.state;
      if (value.kind !== 'in') this.account = undefined;
      else if (value.identity.subject !== this.#owner) {
        this.#owner = value.identity.subject;
        this.#listing = createListing();
      }
    });
  }

  override render(): TemplateResult {
    applyTheme(this.#settings.value.theme);
    const { value: login } = this.#login.state;
    const identity = login.kind === 'in' ? (login.identity as ConsoleIdentity) : undefined;
    // What somebody was doing stays while they log in again, unless somebody else does.
    const owner = identityIn(login) as ConsoleIdentity | undefined;
    return html`
      ${this.#renderHeader(identity)} ${this.#renderGate(identity)}
      ${owner === undefined ? nothing : keyed(owner.subject, this.#renderParts(owner, identity === undefined))}
      ${identity === undefined || this.account === undefined ? nothing : this.#renderAccount(identity)}
    `;
  }

  #renderHeader(identity: ConsoleIdentity | undefined): TemplateResult {
    return html`<header>
      <h1>
        <a href="./" aria-label=${msg('Auscult, to the page')}><span class="mark">${icons.pulse}</span></a>
        <span class="title">${msg('Console')}</span>
      </h1>
      ${
        identity === undefined || identity.kind === 'local'
          ? nothing
          : html`<account-button
              .identity=${identity}
              @click=${() => {
                this.account = {};
              }}
            ></account-button>`
      }
      ${this.#renderThemeSwitch()}
    </header>`;
  }

  #renderThemeSwitch(): TemplateResult {
    const dark = isDark(this.#settings.value.theme);
    const label = dark ? msg('Light colours') : msg('Dark colours');
    return html`<button
      class="icon plain"
      aria-label=${label}
      title=${label}
      @click=${() => {
        this.#settings.patch({ theme: dark ? 'light' : 'dark' });
      }}
    >
      ${dark ? icons.sun : icons.moon}
    </button>`;
  }

  #renderGate(identity: ConsoleIdentity | undefined): TemplateResult | typeof nothing {
    if (identity !== undefined) return nothing;
    if (this.#login.state.value.kind === 'asking')
      return html`<main class="gate"><p role="status">${msg('The console is opening …')}</p></main>`;
    return html`<main class="gate"><login-form .login=${this.#login}></login-form></main>`;
  }

  #renderParts(identity: ConsoleIdentity, isHidden: boolean): TemplateResult {
    const permissions = permissionsOf(identity);
    const sections = sectionsOf(permissions);
    const { value: place } = this.#place;
    const section = sections.find((each) => each === (place.section ?? sections[0]));
    return html`<div class="parts" ?hidden=${isHidden}>
      <nav aria-label=${msg('Parts of the console')}>
        <ul>
          ${sections.map(
            (each) =>
              html`<li>
                <a href=${linkTo(each)} aria-current=${each === section ? 'page' : 'false'}
                  >${nameOf(each)}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
      <main tabindex="-1">
        ${section === undefined ? renderNothing(sections) : this.#renderSection(section, permissions, place.id, !isHidden)}
      </main>
    </div>`;
  }

  #renderSection(
    section: Section,
    permissions: Permissions,
    id: string | undefined,
    isShown: boolean,
  ): TemplateResult {
    const server = this.#server;
    switch (section) {
      case 'sessions':
        return id === undefined || !permissions.may('record.read')
          ? html`<sessions-section
              .server=${server}
              .permissions=${permissions}
              .listing=${this.#listing}
            ></sessions-section>`
          : html`${keyed(id, html`<session-view .server=${server} .permissions=${permissions} .record=${id}></session-view>`)}`;
      case 'live':
        return html`<live-section
          .server=${server}
          .permissions=${permissions}
          .isShown=${isShown}
        ></live-section>`;
      case 'audit':
        return html`<audit-section .server=${server}></audit-section>`;
      case 'people':
        return html`<people-section .server=${server} .permissions=${permissions}></people-section>`;
      case 'keys':
        return html`<keys-section .server=${server} .permissions=${permissions}></keys-section>`;
      case 'retention':
        return html`<retention-section .server=${server} .permissions=${permissions}></retention-section>`;
      case 'terms':
        return html`<terms-section .server=${server} .permissions=${permissions}></terms-section>`;
      case 'health':
        return html`<health-section .server=${server} .isShown=${isShown}></health-section>`;
    }
  }

  #renderAccount(identity: ConsoleIdentity): TemplateResult {
    return html`<page-dialog
      ${ref(this.#dialog)}
      heading=${msg('Your account')}
      @closed=${() => {
        this.account = undefined;
      }}
      ><account-panel
        .identity=${identity}
        .problem=${this.account?.problem}
        @log-out=${() => void this.#logOut()}
        @logged-out=${() => void this.#login.check()}
      ></account-panel
    ></page-dialog>`;
  }

  async #logOut(): Promise<void> {
    this.#dialog.value?.close();
    const problem = await this.#login.leave();
    if (problem !== undefined) this.account = { problem };
  }
}

/** What is said where the address names a part that the role does not have, or the role has none. */
function renderNothing(sections: readonly Section[]): TemplateResult {
  return html`<h2>${msg('There is nothing here for your role')}</h2>
    <p class="lead">
      ${
        sections.length === 0
          ? msg('Your role has no part of the console. Ask an administrator if it should.')
          : msg('Choose one of the parts that your role has.')
      }
    </p>`;
}
