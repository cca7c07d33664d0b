import { localized, msg } from '@lit/localize';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { describeRole } from '../login/describe-role.js';
import type { Identity } from '../login/login-api.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** Shows who is logged in, and with which role. Its clicks, which open the account, reach the parent. */
@localized()
export class AccountButton extends LitElement {
  @property({ attribute: false }) identity!: Identity;

  static override styles = [
    sharedStyles,
    css`
      button {
        max-width: 100%;
        text-align: left;
      }

      .who {
        display: grid;
        min-width: 0;
        font-size: 0.875rem;
        line-height: 1.2;
      }

      .who span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .role {
        color: var(--quiet);
        font-weight: 450;
      }

      @media (width < 40rem) {
        .who {
          max-width: 6.5rem;
        }

        button {
          padding-inline: 0.5rem;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { role } = this.identity;
    return html`<button class="plain" aria-haspopup="dialog">
      ${icons.person}
      <span class="who">
        <span><span class="spoken">${msg('Account of')} </span>${displayName(this.identity)}</span>
        <span class="role">${describeRole(role).name}</span>
      </span>
    </button>`;
  }
}

/** The name of a person: the one that they log in with, or that of their token or certificate. */
export function displayName({ login, subject }: Identity): string {
  return login?.name ?? subject.slice(subject.indexOf(':') + 1);
}

customElements.define('account-button', AccountButton);
