import { fieldElementsIn, isWritable } from '../fields/find-fields.js';
import type { TargetFields } from '../dictation/target-fields.js';
import { saidForm } from './said-words.js';

/** The fields that the person could write into now, in the order of the page. */
export function fieldsInOrder({ given, isTarget }: TargetFields): readonly HTMLElement[] {
  const fields = given() ?? fieldElementsIn(document.documentElement).filter(isTarget);
  const usable = fields.filter((field) => isWritable(field) && field.checkVisibility());
  return [...new Set(usable)].sort(byPlace);
}

/**
 * What fields can be called, and which one is meant: by their labels, else by `name` and `id`. Of several fields of one name, the
 * first is. Never what is written in a field.
 */
export function namedFields(fields: readonly HTMLElement[]): ReadonlyMap<string, HTMLElement> {
  const named = new Map<string, HTMLElement>();
  const said = new Set<string>();
  for (const namesOf of [labelsOf, identifiersOf])
    for (const field of fields)
      for (const name of namesOf(field)) {
        const form = saidForm(name);
        if (form === '' || name.length > LONGEST || said.has(form)) continue;
        said.add(form);
        named.set(name, field);
      }
  return named;
}

/** Longest value of a variable that servers take, in characters. */
const LONGEST = 100;

function labelsOf(field: HTMLElement): readonly string[] {
  const root = field.getRootNode() as Document | ShadowRoot;
  const named = (field.getAttribute('aria-labelledby') ?? '')
    .split(/\s+/)
    .map((id) => root.getElementById(id));
  const own = 'labels' in field ? [...((field as HTMLInputElement).labels ?? [])] : [];
  return [
    field.getAttribute('aria-label') ?? '',
    ...[...named, ...own].map((label) => (label ? textBeside(label) : '')),
    field.title,
    field.getAttribute('placeholder') ?? '',
  ].map((text) => text.replaceAll(/\s+/g, ' ').trim());
}

/** `chiefComplaint` and `chief_complaint` are said in two words. */
function identifiersOf(field: HTMLElement): readonly string[] {
  return [field.getAttribute('name') ?? '', field.id].map((name) =>
    name
      .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  );
}

/** The text of a label without that of fields in it. */
function textBeside(node: Node): string {
  if (node instanceof Text) return node.data;
  if (
    node instanceof HTMLElement &&
    (node.isContentEditable || node.matches('textarea, select, script, style'))
  )
    return '';
  return [...node.childNodes].map(textBeside).join('');
}

function byPlace(one: HTMLElement, other: HTMLElement): number {
  const place = one.compareDocumentPosition(other);
  // Fields in shadow roots are found in their order already.
  if (place & Node.DOCUMENT_POSITION_DISCONNECTED) return 0;
  return place & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}
