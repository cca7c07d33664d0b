import {
  elementsById,
  fieldElementsIn,
  fieldOf,
  focusedFieldElement,
  isWritable,
  ownFieldElement,
} from '../fields/find-fields.js';
import { createFieldWriter, type FieldWriter } from '../fields/field-writer.js';

/** The fields that an element writes into. */
export interface TargetFields {
  /** Where text goes now: the one field, or of several the one that the person is in or was in last. */
  readonly current: () => FieldWriter | undefined;
  /** The fields that it was given; undefined if it may write into all of the page. */
  readonly given: () => readonly HTMLElement[] | undefined;
  /** Whether it may write into a field. */
  readonly isTarget: (field: HTMLElement) => boolean;
  readonly writerOf: (field: HTMLElement) => FieldWriter;
  /** Takes the person into a field, where they were in it last. */
  readonly enter: (field: HTMLElement) => void;
  readonly close: () => void;
}

interface TargetParts {
  /** The element, from which ids are looked up. */
  readonly from: HTMLElement;
  /** Fields, or what holds them; every field of the page if undefined. */
  readonly named: () => readonly Element[] | string | undefined;
  /** Something in a field has changed, or the person is in another. */
  readonly onChange: () => void;
}

export function createTargetFields({ from, named, onChange }: TargetParts): TargetFields {
  const writers = new Map<HTMLElement, FieldWriter>();
  const ended = new AbortController();
  let last = focusedFieldElement();

  document.addEventListener(
    'focusin',
    (event) => {
      const [target] = event.composedPath();
      const field = target instanceof Element ? ownFieldElement(target) : undefined;
      if (!field || !isWritable(field)) return;
      last = field;
      // From now on its selection is known, wherever the focus goes.
      if (isTarget(field)) writerOf(field);
      onChange();
    },
    { signal: ended.signal },
  );

  function given(): readonly HTMLElement[] | undefined {
    const names = named();
    if (names === undefined) return undefined;
    const holders = typeof names === 'string' ? elementsById(names, from) : names;
    return holders.flatMap(fieldElementsIn);
  }

  function isTarget(field: HTMLElement): boolean {
    return given()?.includes(field) ?? field.closest('[data-no-dictation]') === null;
  }

  function writerOf(field: HTMLElement): FieldWriter {
    const known = writers.get(field);
    if (known) return known;
    for (const [element, { close }] of writers)
      if (!element.isConnected) {
        close();
        writers.delete(element);
      }
    const made = createFieldWriter(fieldOf(field));
    made.onChange(onChange);
    writers.set(field, made);
    return made;
  }

  return {
    current: () => {
      const fields = given();
      const wasIn = last && isTarget(last) ? last : undefined;
      const field = fields?.length === 1 ? fields[0] : (wasIn ?? fields?.[0]);
      return field && isWritable(field) ? writerOf(field) : undefined;
    },
    given,
    isTarget,
    writerOf,
    enter: (field) => {
      const writer = writerOf(field);
      const selection = writer.selection();
      last = field;
      field.focus();
      writer.field.select(selection);
    },
    close: () => {
      ended.abort();
      for (const { close } of writers.values()) close();
      writers.clear();
    },
  };
}
