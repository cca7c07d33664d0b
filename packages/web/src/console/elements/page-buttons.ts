import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import type { Paging } from '../server/paging.js';
import { showNumber } from '../show/format.js';

/** Leads to the pages of a list before and after the one that is shown. */
export function pageButtons(
  paging: Paging,
  next: string | undefined,
  load: () => void,
  labels: { readonly before: string; readonly after: string },
): TemplateResult {
  return html`<div class="pages">
    <button
      ?disabled=${!paging.hasBefore}
      @click=${() => {
        paging.back();
        load();
      }}
    >
      ${labels.before}
    </button>
    <button
      ?disabled=${next === undefined}
      @click=${() => {
        if (next === undefined) return;
        paging.forward(next);
        load();
      }}
    >
      ${labels.after}
    </button>
    <span class="note" role="status">${msg(str`Page ${showNumber(paging.number)}`)}</span>
  </div>`;
}
