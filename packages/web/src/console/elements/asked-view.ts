import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { icons } from '../../page/elements/icons.js';
import type { Refusal } from '../../page/server/ask.js';
import type { Asked } from '../server/asked.js';
import { describeRefusal } from '../server/describe-refusal.js';

/** Shows what was asked for once it is there; before that, and if it failed, says so and what to do. */
export function askedView<Body>(
  asked: Asked<Body>,
  ready: (body: Body) => TemplateResult,
  waiting: string = msg('One moment, this is being fetched …'),
): TemplateResult {
  const { state } = asked;
  switch (state.kind) {
    case 'asking':
      return html`<p class="state" role="status">${waiting}</p>`;
    case 'ready':
      return ready(state.body);
    case 'failed':
      return html`<div class="state">
        ${problemView(state.refusal)}
        <button @click=${() => void asked.ask()}>${msg('Try again')}</button>
      </div>`;
  }
}

/** Says why the server refused something, and what to do. */
export function problemView(problem: Refusal | string): TemplateResult {
  const text = typeof problem === 'string' ? problem : describeRefusal(problem);
  return html`<p class="problem" role="alert">${icons.alert}<span>${text}</span></p>`;
}
