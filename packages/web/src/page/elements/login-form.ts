import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { describeOutcome, type LoginStep } from '../login/describe-outcome.js';
import type { Login, LoginState } from '../login/login.js';
import { observe } from '../state/observe.js';
import { clock } from '../transcript/clock.js';
import { formStyles } from './form-styles.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

const CLOCK_MS = 500;

/** Asks for name and password, and for a code where one is needed. */
@localized()
export class LoginForm extends LitElement {
  @property({ attribute: false }) login!: Login;
  /** Whether recording goes on meanwhile. */
  @property({ type: Boolean }) recording = false;
  @state() private step: LoginStep = 'password';
  @state() private busy = false;
  @state() private problem: string | undefined;
  @state() private waitSeconds = 0;

  #name = '';
  #password = '';
  #waitsUntil = 0;
  #clock: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    sharedStyles,
    formStyles,
    css`
      :host {
        display: grid;
        justify-items: center;
        align-content: center;
        min-height: 0;
        padding: 1rem;
        overflow-y: auto;
      }

      section {
        width: min(24rem, 100%);
        padding: 1.5rem;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--paper);
        box-shadow: var(--shadow);
      }

      h2 {
        font-size: 1.25rem;
        font-weight: 650;
      }

      .lead {
        margin: 0.25rem 0 1.125rem;
        color: var(--quiet);
      }

      .actions .primary {
        flex: 1 1 8rem;
      }

      .primary {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    const { value } = this.login.state;
    if (value.kind === 'out') this.#name = value.before?.login?.name ?? '';
    observe(this, this.login.state);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#password = '';
  }

  override render(): TemplateResult {
    const { value } = this.login.state;
    return html`<section aria-labelledby="heading">
      ${value.kind === 'unreachable' ? this.#renderUnreachable(value.message) : this.#renderForm(value)}
    </section>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('step')) this.#focusFirst();
  }

  #renderUnreachable(message: string): TemplateResult {
    return html`<h2 id="heading">${msg('The page cannot be opened')}</h2>
      <p class="lead" role="alert">${message}</p>
      <button class="primary" @click=${() => void this.login.check()}>${msg('Try again')}</button>`;
  }

  #renderForm(value: LoginState): TemplateResult {
    const isCode = this.step !== 'password';
    return html`<h2 id="heading">${isCode ? msg('One more step') : msg('Log in')}</h2>
      <p class="lead">${isCode ? this.#codeLead() : this.#lead(value)}</p>
      <form @submit=${this.#onSubmit} novalidate>
        ${isCode ? this.#renderCode() : this.#renderPassword()}
        <div role="alert">${this.#renderProblem()}</div>
        <div class="actions">
          <button class="primary" aria-disabled=${this.busy || this.waitSeconds > 0}>${this.#label()}</button>
          ${isCode ? this.#renderOtherSteps() : nothing}
        </div>
      </form>`;
  }

  #lead(value: LoginState): string {
    if (value.kind !== 'out' || value.why === 'first') return msg('This server asks everybody who they are.');
    if (value.why === 'left') return msg('You are logged out.');
    const name = value.before?.login?.name;
    const goOn = this.recording
      ? msg('What is said is still recorded, and is sent once you have logged in.')
      : msg('The transcript is still here.');
    const others =
      name === undefined
        ? ''
        : msg(str`If somebody else than ${name} logs in, what is on this page is discarded.`);
    return `${msg('Your login has ended.')} ${goOn} ${others}`.trim();
  }

  #codeLead(): string {
    return this.step === 'code'
      ? msg('Type the code that your authenticator shows.')
      : msg('Type one of the recovery codes that you have kept. Each can be used once.');
  }

  #renderPassword(): TemplateResult {
    return html`
      <div>
        <label for="name">${msg('Name')}</label>
        <input
          id="name"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          maxlength="100"
          required
          .value=${this.#name}
        />
      </div>
      <div>
        <label for="password">${msg('Password')}</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          maxlength="256"
          required
          .value=${this.#password}
        />
      </div>
    `;
  }

  #renderCode(): TemplateResult {
    return this.step === 'code'
      ? html`<div>
          <label for="code">${msg('Code of the authenticator')}</label>
          <input
            id="code"
            name="code"
            autocomplete="one-time-code"
            inputmode="numeric"
            maxlength="10"
            required
          />
        </div>`
      : html`<div>
          <label for="code">${msg('Recovery code')}</label>
          <input
            id="code"
            name="recovery-code"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            maxlength="40"
            required
          />
        </div>`;
  }

  #renderOtherSteps(): TemplateResult {
    const other: LoginStep = this.step === 'code' ? 'recovery-code' : 'code';
    return html`
      <button type="button" @click=${() => this.#goTo(other)}>
        ${other === 'code' ? msg('Use the authenticator') : msg('Use a recovery code')}
      </button>
      <button type="button" class="plain" @click=${() => this.#goTo('password')}>
        ${icons.back}<span>${msg('Back')}</span>
      </button>
    `;
  }

  #renderProblem(): TemplateResult | typeof nothing {
    if (this.problem === undefined) return nothing;
    return html`<p class="wrong" id="problem">${icons.alert}<span>${this.problem}</span></p>`;
  }

  #label(): string {
    if (this.waitSeconds > 0) return msg(str`Wait ${clock(this.waitSeconds)}`);
    return this.busy ? msg('One moment …') : msg('Log in');
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy || this.waitSeconds > 0) return;
    const typed = new FormData(event.target as HTMLFormElement);
    const textOf = (name: string): string => {
      const value = typed.get(name);
      return typeof value === 'string' ? value : '';
    };
    if (this.step === 'password') {
      this.#name = textOf('username').trim();
      // Not trimmed, since a password may begin or end with blanks.
      this.#password = textOf('password');
      if (this.#name === '' || this.#password === '')
        return this.#refuse(msg('Type your name and your password.'));
      void this.#enter();
      return;
    }
    const code = textOf(this.step === 'code' ? 'code' : 'recovery-code').trim();
    if (code === '') return this.#refuse(msg('Type the code.'));
    void this.#enter(this.step === 'code' ? code.replaceAll(' ', '') : code);
  };

  async #enter(code?: string): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    const credentials = { name: this.#name, password: this.#password };
    const outcome = await this.login.enter(code === undefined ? credentials : { ...credentials, code });
    this.busy = false;
    if (outcome.kind === 'code-required') {
      this.#goTo('code');
      return;
    }
    if (outcome.kind === 'locked-out') this.#wait(outcome.waitSeconds);
    const problem = describeOutcome(outcome, this.step);
    if (problem !== undefined) this.#refuse(problem);
  }

  #refuse(problem: string): void {
    this.problem = problem;
    this.#focusFirst();
  }

  #goTo(step: LoginStep): void {
    this.problem = undefined;
    if (step === 'password') this.#password = '';
    this.step = step;
  }

  #wait(seconds: number): void {
    this.#waitsUntil = performance.now() + seconds * 1000;
    clearInterval(this.#clock);
    const tick = (): void => {
      this.waitSeconds = Math.max(0, Math.ceil((this.#waitsUntil - performance.now()) / 1000));
      if (this.waitSeconds > 0) return;
      clearInterval(this.#clock);
      this.problem = undefined;
    };
    this.#clock = setInterval(tick, CLOCK_MS);
    tick();
  }

  /** Puts the focus on the first field; wrong input is selected, to be typed over. */
  #focusFirst(): void {
    const fields = [...this.renderRoot.querySelectorAll('input')];
    const field = fields.find(({ value }) => value === '') ?? fields.at(-1);
    field?.focus();
    field?.select();
  }
}

customElements.define('login-form', LoginForm);
