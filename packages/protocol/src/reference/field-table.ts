import { allowedValues, singleSchema, type JsonSchema } from '../allowed-values.js';
import { markdownTable } from './markdown-table.js';

/**
 * A table of the fields of a message except `type`; those of nested objects and lists follow with their full paths.
 * Empty for a message without fields.
 */
export function fieldTable(message: JsonSchema): string {
  const rows = fieldRows(message, '').filter(([path]) => path !== '`type`');
  return rows.length === 0 ? '' : markdownTable(['field', 'required', 'allowed', 'default', 'meaning'], rows);
}

function fieldRows(schema: JsonSchema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (typeof field === 'boolean') return [];
    const path = `${prefix}${name}`;
    const row = [
      `\`${path}\``,
      schema.required?.includes(name) === true ? 'yes' : 'no',
      allowedSummary(field),
      field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
      field.description ?? '',
    ];
    return [row, ...nestedRows(field, path)];
  });
}

/** What a field may hold. Says only that it is an object or a code if rows or a table below give the details. */
function allowedSummary(field: JsonSchema): string {
  if (field.type === 'object') return 'an object';
  if (singleSchema(field.items)?.type === 'object') return 'a list of objects';
  if ((field.enum?.length ?? 0) > codeListLength) return 'a code of the table below';
  return allowedValues(field);
}

const codeListLength = 8;

function nestedRows(field: JsonSchema, path: string): string[][] {
  if (field.type === 'object') return fieldRows(field, `${path}.`);
  const item = singleSchema(field.items);
  const alternatives = item?.anyOf ?? (item === undefined ? [] : [item]);
  const object = alternatives.find(({ type }) => type === 'object');
  return object === undefined ? [] : fieldRows(object, `${path}[].`);
}
