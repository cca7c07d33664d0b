import { localized, msg } from '@lit/localize';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { SHORTCUTS } from '../shortcuts/shortcuts.js';
import { sharedStyles } from './shared-styles.js';

/** All keyboard shortcuts. */
@localized()
export class ShortcutList extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
      }

      th {
        padding: 0.4375rem 0;
        font-weight: 450;
        text-align: left;
      }

      td {
        padding: 0.4375rem 0;
        text-align: right;
        white-space: nowrap;
      }

      tr + tr {
        border-top: 1px solid var(--rule);
      }

      kbd {
        padding: 0.125rem 0.5rem;
        border: 1px solid var(--edge);
        border-radius: 6px;
        background: var(--paper);
        font: inherit;
        font-size: 0.875rem;
      }

      p {
        margin-top: 0.75rem;
        color: var(--quiet);
        font-size: 0.875rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<table>
        <tbody>
          ${SHORTCUTS.map(
            ({ what, letter }) =>
              html`<tr>
                <th scope="row">${what()}</th>
                <td><kbd>Alt</kbd> <kbd>Shift</kbd> <kbd>${letter}</kbd></td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p>${msg('On a Mac, Alt is the key with ⌥. In the text, Enter on a dotted word corrects it.')}</p>`;
  }
}

customElements.define('shortcut-list', ShortcutList);
