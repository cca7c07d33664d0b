import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { wordDifference } from '../compare/word-difference.js';

/** Shows how a text differs from what it was: told apart by strokes as well as by colours, and named to screen readers. */
export function wordDifferenceView(before: string, after: string): TemplateResult {
  return html`<span class="difference"
    >${wordDifference(before, after).map(({ kind, text }) => {
      switch (kind) {
        case 'same':
          return html`${text} `;
        case 'removed':
          return html`<del><span class="spoken">${msg('removed:')} </span>${text}</del> `;
        case 'added':
          return html`<ins><span class="spoken">${msg('added:')} </span>${text}</ins> `;
      }
    })}</span
  >`;
}
