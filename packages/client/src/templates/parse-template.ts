/** A template, as it is put into a text. */
export interface ParsedTemplate {
  /** With each field as its name in single brackets, so that whoever reads it sees that nobody has filled it in. */
  readonly text: string;
  /** In the order in which they stand. */
  readonly fields: readonly TemplateField[];
}

/** A field to be filled in. */
export interface TemplateField {
  readonly name: string;
  /** Where it is in `text`, with its brackets, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** What it may be; empty if it may be anything. */
  readonly choices: readonly string[];
}

/**
 * The text and the fields of a template. `[[finding]]` is a field, and `[[side: left | right]]` is one with a choice.
 * Whatever is no whole field, such as a bracket alone, is text. Line ends become `\n`, as text fields have them.
 */
export function parseTemplate(source: string): ParsedTemplate {
  const fields: TemplateField[] = [];
  let text = '';
  let at = 0;
  const written = source.replace(/\r\n?/gu, '\n');
  for (const match of written.matchAll(FIELD)) {
    const [whole, content = ''] = match;
    const { name, choices } = fieldOf(content);
    if (name === '') continue;
    text += written.slice(at, match.index);
    const start = text.length;
    text += `[${name}]`;
    fields.push({ name, start, end: text.length, choices });
    at = match.index + whole.length;
  }
  return { text: text + written.slice(at), fields };
}

/** Two brackets, something on one line without brackets, and two brackets. */
const FIELD = /\[\[([^[\]\n]+)\]\]/gu;

function fieldOf(content: string): Pick<TemplateField, 'name' | 'choices'> {
  const colon = content.indexOf(':');
  if (colon === -1) return { name: content.trim(), choices: [] };
  const choices = content
    .slice(colon + 1)
    .split('|')
    .map((choice) => choice.trim())
    .filter((choice) => choice !== '');
  return { name: content.slice(0, colon).trim(), choices: [...new Set(choices)] };
}
