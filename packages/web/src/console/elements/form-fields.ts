import { html, type TemplateResult } from 'lit';

interface FieldOptions {
  readonly type?: 'text' | 'datetime-local' | 'number';
  readonly hint?: string;
  readonly maxLength?: number;
  readonly value?: string;
  readonly isRequired?: boolean;
}

/** A field of one line with its label. */
export function textField(name: string, label: string, options: FieldOptions = {}): TemplateResult {
  const { type = 'text', hint = '', maxLength = 200, value = '', isRequired = false } = options;
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <input
      id=${name}
      name=${name}
      type=${type}
      maxlength=${maxLength}
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      placeholder=""
      ?required=${isRequired}
      .value=${value}
      aria-describedby=${`${name}-hint`}
    />
    <p class="hint note" id=${`${name}-hint`} ?hidden=${hint === ''}>${hint}</p>
  </div>`;
}

/** One of several values, by their names. */
export function choiceField(
  name: string,
  label: string,
  choices: readonly (readonly [value: string, label: string])[],
  chosen = '',
): TemplateResult {
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <select id=${name} name=${name}>
      ${choices.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
    </select>
  </div>`;
}

/** What was typed into a field, without blanks around it; undefined if that is nothing. */
export function typedIn(typed: FormData, name: string): string | undefined {
  const value = typed.get(name);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** A local date and time that was typed, as the server takes it. */
export function timeIn(typed: FormData, name: string): string | undefined {
  const text = typedIn(typed, name);
  const date = text === undefined ? undefined : new Date(text);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
