import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { describeRole } from '../login/describe-role.js';
import { sharedStyles } from './shared-styles.js';

/** Tells somebody whose role does not transcribe what it is for instead. */
@localized()
export class RoleNote extends LitElement {
  @property({ attribute: false }) which = '';

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        align-content: center;
        justify-items: center;
        padding: 1rem;
      }

      section {
        width: min(34rem, 100%);
        padding: 1.5rem;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--paper);
      }

      h2 {
        margin-bottom: 0.5rem;
        font-size: 1.25rem;
        font-weight: 650;
      }

      p + p {
        margin-top: 0.75rem;
        color: var(--quiet);
      }
    `,
  ];

  override render(): TemplateResult {
    const { name, instead } = describeRole(this.which);
    return html`<section aria-labelledby="heading">
      <h2 id="heading">${msg('This page is for people who transcribe')}</h2>
      <p>
        ${msg(str`Your role is ${name}.`)} ${instead ?? msg('It does not record or read what patients say.')}
      </p>
      <p>${msg('To transcribe, log in as somebody with the role of a clinician or supervisor.')}</p>
    </section>`;
  }
}

customElements.define('role-note', RoleNote);
