import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { textField, typedIn } from './form-fields.js';

/** Searches a list by name; `search` gets what was typed, and nothing if the search was cleared. */
export function nameSearch(label: string, search: (name: string | undefined) => void): TemplateResult {
  return html`<form
    class="filters by-name"
    role="search"
    aria-label=${msg('Search')}
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      search(typedIn(new FormData(event.target as HTMLFormElement), 'wanted'));
    }}
    @reset=${() => {
      search(undefined);
    }}
  >
    ${textField('wanted', label, { maxLength: 100 })}
    <div class="actions">
      <button>${msg('Search')}</button>
      <button type="reset" class="plain">${msg('Clear')}</button>
    </div>
  </form>`;
}
