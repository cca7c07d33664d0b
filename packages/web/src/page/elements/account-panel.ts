import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { counted } from '../../localize/numbers.js';
import {
  changePassword,
  confirmAuthenticator,
  getAuthenticator,
  getRecoveryCodes,
  readAccount,
  type Account,
  type AuthenticatorOffer,
} from '../account/account-api.js';
import { describeRefusal } from '../account/describe-refusal.js';
import { describeRole } from '../login/describe-role.js';
import type { Identity } from '../login/login-api.js';
import type { Answer, Refusal } from '../server/ask.js';
import { displayName } from './account-button.js';
import { formStyles } from './form-styles.js';
import { icons } from './icons.js';
import './qr-code.js';
import './recovery-code-list.js';
import { sharedStyles } from './shared-styles.js';
import './voice-enrolment.js';

/** What is being done. */
type Step =
  | { readonly kind: 'overview'; readonly done?: string }
  | { readonly kind: 'password' }
  /** Asks for the password first, so that nobody who finds an open browser can take over the account. */
  | { readonly kind: 'confirm'; readonly what: 'authenticator' | 'recovery-codes' }
  | { readonly kind: 'authenticator'; readonly offer: AuthenticatorOffer }
  | { readonly kind: 'recovery-codes'; readonly codes: readonly string[] };

/**
 * Where people see and change their own accounts. Dispatches `log-out`, and `logged-out` when the server says that
 * nobody is logged in any more.
 */
@localized()
export class AccountPanel extends LitElement {
  @property({ attribute: false }) identity!: Identity;
  @state() private account: Account | undefined;
  @state() private step: Step = { kind: 'overview' };
  /** What went wrong. */
  @property({ attribute: false }) problem: string | undefined;
  @state() private busy = false;

  static override styles = [
    sharedStyles,
    formStyles,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }

      .who {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem 1rem;
      }

      .name {
        font-size: 1.0625rem;
        font-weight: 650;
        overflow-wrap: anywhere;
      }

      .role {
        color: var(--quiet);
      }

      .rows {
        display: grid;
        gap: 0.75rem;
        padding: 0;
        list-style: none;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.375rem 1rem;
        padding-top: 0.75rem;
        border-top: 1px solid var(--rule);
      }

      .row > div {
        flex: 1 1 14rem;
      }

      .term {
        font-weight: 550;
      }

      .meaning {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      h3 {
        font-size: 1.0625rem;
        font-weight: 650;
      }

      .done {
        padding: 0.625rem 0.75rem;
        border-radius: 8px;
        background: var(--tint);
      }

      .few {
        color: var(--warn);
      }

      .secret {
        font-family: ui-monospace, monospace;
        overflow-wrap: anywhere;
      }

      ol.steps {
        display: grid;
        gap: 0.875rem;
        padding-left: 1.25rem;
      }

      details {
        margin-top: 0.5rem;
      }

      details p {
        margin-top: 0.375rem;
      }

      summary {
        cursor: pointer;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render(): TemplateResult {
    switch (this.step.kind) {
      case 'overview':
        return this.#renderOverview(this.step.done);
      case 'password':
        return this.#renderPassword();
      case 'confirm':
        return this.#renderConfirm(this.step.what);
      case 'authenticator':
        return this.#renderAuthenticator(this.step.offer);
      case 'recovery-codes':
        return this.#renderRecoveryCodes(this.step.codes);
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.get('step') === undefined) return;
    const first = this.renderRoot.querySelector<HTMLElement>('input, h3');
    first?.focus();
  }

  #renderOverview(done: string | undefined): TemplateResult {
    const { identity, account } = this;
    return html`
      <div class="who">
        <div>
          <p class="name">${displayName(identity)}</p>
          <p class="role">${describeRole(identity.role).name}</p>
        </div>
        ${
          identity.login === undefined
            ? nothing
            : html`<button @click=${() => this.dispatchEvent(new Event('log-out'))}>
                ${msg('Log out')}
              </button>`
        }
      </div>
      <p class=${done === undefined ? 'spoken' : 'done'} role="status">${done}</p>
      <div role="alert">${this.#renderProblem()}</div>
      ${account === undefined ? this.#renderNoAccount() : this.#renderAccount(account)}
      <voice-enrolment @logged-out=${() => this.dispatchEvent(new Event('logged-out'))}></voice-enrolment>
    `;
  }

  #renderNoAccount(): TemplateResult | typeof nothing {
    if (this.identity.login !== undefined) return nothing;
    return html`<p class="hint">${sayWhereManaged(this.identity.kind)}</p>`;
  }

  #renderAccount({ usesCodes, recoveryCodesLeft }: Account): TemplateResult {
    return html`<ul class="rows">
      ${this.#renderRow(msg('Password'), msg('Only you know it.'), msg('Change the password'), () => this.#goTo({ kind: 'password' }))}
      ${this.#renderRow(
        msg('Authenticator'),
        usesCodes
          ? msg('Asked for at each login.')
          : msg('None. Set one up, so that the password alone opens nothing.'),
        usesCodes ? msg('Replace the authenticator') : msg('Set an authenticator up'),
        () => this.#goTo({ kind: 'confirm', what: 'authenticator' }),
      )}
      ${
        usesCodes
          ? this.#renderRow(
              msg('Recovery codes'),
              html`<span class=${recoveryCodesLeft < 3 ? 'few' : ''}
                >${sayLeft(recoveryCodesLeft)}
                ${msg('One takes the place of the authenticator, if that is lost.')}</span
              >`,
              msg('Make new recovery codes'),
              () => this.#goTo({ kind: 'confirm', what: 'recovery-codes' }),
            )
          : nothing
      }
    </ul>`;
  }

  #renderRow(term: string, meaning: string | TemplateResult, label: string, act: () => void): TemplateResult {
    return html`<li class="row">
      <div>
        <p class="term">${term}</p>
        <p class="meaning">${meaning}</p>
      </div>
      <button class="small" @click=${act}>${label}</button>
    </li>`;
  }

  #renderPassword(): TemplateResult {
    return this.#renderForm(
      msg('Change the password'),
      html`
        ${this.#renderField('password', msg('Current password'), 'current-password')}
        ${this.#renderField('new-password', msg('New password'), 'new-password')}
        <p class="hint">
          ${msg('At least 12 characters. Four words that do not belong together are easy to keep in mind.')}
        </p>
        ${this.#renderField('again', msg('New password, once more'), 'new-password')}
      `,
      msg('Change it'),
      async (typed) => {
        const newPassword = typed('new-password');
        if (newPassword !== typed('again'))
          return this.#refuse(msg('The two new passwords are not the same.'));
        const answer = await changePassword(typed('password'), newPassword);
        if (this.#took(answer))
          this.#finish(msg('The password is changed. You are logged out in all other browsers.'));
      },
    );
  }

  #renderConfirm(what: 'authenticator' | 'recovery-codes'): TemplateResult {
    return this.#renderForm(
      msg('Is it you?'),
      this.#renderField('password', msg('Your password'), 'current-password'),
      msg('Go on'),
      async (typed) => {
        if (what === 'authenticator') {
          const answer = await getAuthenticator(typed('password'));
          if (this.#took(answer)) this.#goTo({ kind: 'authenticator', offer: answer.body });
        } else {
          const answer = await getRecoveryCodes(typed('password'));
          if (this.#took(answer)) this.#goTo({ kind: 'recovery-codes', codes: answer.body.recoveryCodes });
        }
      },
    );
  }

  #renderAuthenticator({ secret, codeSetup }: AuthenticatorOffer): TemplateResult {
    return this.#renderForm(
      msg('Set the authenticator up'),
      html`<ol class="steps">
        <li>
          ${msg('Scan this with an authenticator app. It is shown this once.')}
          <qr-code .text=${codeSetup} label=${msg('QR code of the authenticator')}></qr-code>
          <details>
            <summary>${msg('It cannot be scanned')}</summary>
            <p>${msg('Type this secret into the app, as a time-based code:')}</p>
            <p class="secret" id="secret">${secret.match(/.{1,4}/gu)?.join(' ')}</p>
            <p>${msg('Or open this address with it:')}</p>
            <p class="secret" id="setup">${codeSetup}</p>
          </details>
        </li>
        <li>
          <label for="code">${msg('Type the code that it shows')}</label>
          <input
            id="code"
            name="code"
            autocomplete="one-time-code"
            inputmode="numeric"
            maxlength="10"
            required
          />
        </li>
      </ol>`,
      msg('Use it from now on'),
      async (typed) => {
        const answer = await confirmAuthenticator(typed('code').replaceAll(' ', ''));
        if (this.#took(answer)) this.#goTo({ kind: 'recovery-codes', codes: answer.body.recoveryCodes });
      },
    );
  }

  #renderRecoveryCodes(codes: readonly string[]): TemplateResult {
    return html`<h3 tabindex="-1">${msg('Keep these recovery codes')}</h3>
      <p>
        ${msg('Each takes the place of the authenticator at one login. They are shown this once, and all codes before them count no more. Print them or put them into a password manager.')}
      </p>
      <recovery-code-list .codes=${codes}></recovery-code-list>
      <div class="actions">
        <button
          class="primary"
          @click=${() => {
            this.#finish(msg('The authenticator and the recovery codes are in use.'));
          }}
        >
          ${msg('I have kept them')}
        </button>
      </div>`;
  }

  #renderField(id: string, label: string, autocomplete: 'current-password' | 'new-password'): TemplateResult {
    return html`<div>
      <label for=${id}>${label}</label>
      <input id=${id} name=${id} type="password" autocomplete=${autocomplete} maxlength="256" required />
    </div>`;
  }

  #renderForm(
    heading: string,
    fields: TemplateResult,
    label: string,
    act: (typed: (name: string) => string) => Promise<void> | void,
  ): TemplateResult {
    const onSubmit = (event: SubmitEvent): void => {
      event.preventDefault();
      if (this.busy) return;
      const form = event.target as HTMLFormElement;
      const typed = new FormData(form);
      const textOf = (name: string): string => {
        const value = typed.get(name);
        return typeof value === 'string' ? value : '';
      };
      this.problem = undefined;
      if ([...typed.values()].includes('')) return this.#refuse(msg('Fill in everything.'));
      this.busy = true;
      void Promise.resolve(act(textOf)).finally(() => (this.busy = false));
    };
    return html`<h3>${heading}</h3>
      <form @submit=${onSubmit} novalidate>
        <input
          class="spoken"
          autocomplete="username"
          name="username"
          .value=${displayName(this.identity)}
          readonly
          hidden
        />
        ${fields}
        <div role="alert">${this.#renderProblem()}</div>
        <div class="actions">
          <button class="primary" aria-disabled=${this.busy}>
            ${this.busy ? msg('One moment …') : label}
          </button>
          <button
            type="button"
            @click=${() => {
              this.#goTo({ kind: 'overview' });
            }}
          >
            ${msg('Cancel')}
          </button>
        </div>
      </form>`;
  }

  #renderProblem(): TemplateResult | typeof nothing {
    if (this.problem === undefined) return nothing;
    return html`<p class="wrong">${icons.alert}<span>${this.problem}</span></p>`;
  }

  /** Whether the server did what was asked; if not, shows why. */
  #took<Body>(answer: Answer<Body>): answer is Exclude<Answer<Body>, Refusal> {
    if (answer.kind === 'ok') return true;
    if (answer.kind === 'refused' && answer.status === 401) this.dispatchEvent(new Event('logged-out'));
    this.#refuse(describeRefusal(answer));
    return false;
  }

  #refuse(problem: string): void {
    this.problem = problem;
    const field = this.renderRoot.querySelector<HTMLInputElement>('input:not([hidden])');
    field?.focus();
    field?.select();
  }

  #goTo(step: Step): void {
    this.problem = undefined;
    this.step = step;
  }

  #finish(done: string): void {
    this.#goTo({ kind: 'overview', done });
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.identity.login === undefined) return;
    const answer = await readAccount();
    if (this.#took(answer)) this.account = answer.body;
  }
}

function sayWhereManaged(kind: Identity['kind']): string {
  switch (kind) {
    case 'key':
      return msg('You are known to this server by your key. It is managed where you got it.');
    case 'token':
      return msg('You are known to this server by your token. It is managed where you got it.');
    case 'certificate':
      return msg('You are known to this server by your certificate. It is managed where you got it.');
    case 'local':
    case 'user':
      return '';
  }
}

function sayLeft(count: number): string {
  if (count === 0) return msg('None is left.');
  return counted(count, msg(str`${count} is left.`), msg(str`${count} are left.`));
}

customElements.define('account-panel', AccountPanel);
