import { parseTemplate, type ParsedTemplate } from '@auscult/client/templates';
import type { Span } from '../fields/edit.js';
import type { FieldWriter, Mark } from '../fields/field-writer.js';
import { fitText, type Surroundings } from '../fields/fit-text.js';
import { saidForm } from './said-words.js';

/** The fields of inserted templates that nobody has filled in yet. */
export interface TemplateFields {
  /**
   * Puts a template in place of the selection. Returns the first of its fields, if there is one, or `refused` if the page's field
   * does not take it: then nothing has changed.
   */
  readonly insert: (writer: FieldWriter, template: string) => TemplateField | undefined | 'refused';
  /** The next one behind the selection, or with -1 the one before it. */
  readonly next: (writer: FieldWriter, step: 1 | -1) => TemplateField | undefined;
  /**
   * What is to be written of a dictated text in place of one of them: the choice that it says, if it says one, and no full stop
   * where the template goes on. Undefined if the place is none of them.
   */
  readonly fillIn: (text: string, writer: FieldWriter, place: Span) => string | undefined;
}

/** One of them. */
export interface TemplateField {
  readonly writer: FieldWriter;
  readonly mark: Mark;
  readonly name: string;
  readonly choices: readonly string[];
  /** What the template has beside it: `/` in `[systolic]/[diastolic]`. */
  readonly beside: readonly [before: string, after: string];
}

/** `fitting`: how texts are fitted in. */
export function createTemplateFields(
  fitting: () => Pick<Surroundings, 'keyTerms' | 'smallWords'>,
): TemplateFields {
  let open: readonly TemplateField[] = [];

  /** Those of a field of the page, in their order. */
  function openIn(writer: FieldWriter): readonly TemplateField[] {
    open = open.filter(isOpen);
    return open
      .filter((field) => field.writer === writer)
      .toSorted((one, other) => one.mark.start - other.mark.start);
  }

  return {
    insert: (writer, template) => {
      const parsed = parseTemplate(template);
      const text = writer.field.hasLines ? parsed.text : parsed.text.replaceAll('\n', ' ');
      const { start, end } = writer.selection();
      const current = writer.text();
      const gap = needsGap(current.slice(0, start), text) ? ' ' : '';
      const behind = needsGap(text, current.slice(end)) ? ' ' : '';
      const place = writer.mark({ start, end });
      const isInserted = writer.replace(place, gap + text + behind);
      writer.forget(place);
      if (!isInserted) return 'refused';
      const added = marksOf(writer, start + gap.length, { ...parsed, text });
      open = [...open, ...added];
      return added[0];
    },
    next: (writer, step) => {
      const { start, end } = writer.selection();
      const fields = openIn(writer);
      return step > 0
        ? fields.find(({ mark }) => mark.start >= end)
        : fields.findLast(({ mark }) => mark.end <= start);
    },
    fillIn: (text, writer, place) => {
      const field = openIn(writer).find(({ mark }) => mark.start === place.start && mark.end === place.end);
      if (!field) return undefined;
      const chosen = field.choices.find((choice) => saidForm(choice) === saidForm(text));
      const current = writer.text();
      const [before, after] = [current.slice(0, place.start), current.slice(place.end)];
      const { hasLines } = writer.field;
      const fitted = fitText(chosen ?? withoutStop(text, after), { ...fitting(), before, after, hasLines });
      return withoutSpaces(fitted, field.beside, [before.slice(-1), after.charAt(0)]);
    },
  };
}

/** Whether it is still there as the template has it; else it needs no mark any more. */
function isOpen({ writer, mark, name }: TemplateField): boolean {
  const isThere =
    writer.field.element.isConnected &&
    writer.text().slice(mark.start, mark.end) === `[${name}]` &&
    !mark.isTouched;
  if (!isThere) writer.forget(mark);
  return isThere;
}

/** Where the fields are in the field of the page, which may have written some spaces or line breaks differently. */
function marksOf(writer: FieldWriter, at: number, template: ParsedTemplate): readonly TemplateField[] {
  const text = writer.text();
  let from = at;
  return template.fields.flatMap(({ name, choices, start, end }) => {
    const shown = `[${name}]`;
    const found = text.startsWith(shown, at + start) ? at + start : text.indexOf(shown, from);
    if (found < 0) return [];
    from = found + shown.length;
    const beside = [template.text.charAt(start - 1), template.text.charAt(end)] as const;
    return [{ writer, mark: writer.mark({ start: found, end: from }), name, choices, beside }];
  });
}

/** Without the full stop of one sentence, where the template goes on in the same line. */
function withoutStop(text: string, after: string): string {
  const goesOn = /^[^\S\n]*[^\s\p{Lu}]/u.test(after);
  return goesOn && !/[.?!]\s/.test(text) ? text.replace(/(?<!\.\p{L}|\.)\.$/u, '') : text;
}

/** A template that has a slash beside its field wants no space there, so long as nobody has edited that. */
function withoutSpaces(
  text: string,
  [before, after]: readonly [string, string],
  [isBefore, isAfter]: readonly [string, string],
): string {
  const begun = before === '/' && isBefore === '/' ? text.trimStart() : text;
  return after === '/' && isAfter === '/' ? begun.trimEnd() : begun;
}

/** Whether two texts must not touch: what is inserted is never joined to a word or a number. */
function needsGap(before: string, after: string): boolean {
  if (before === '' || after === '') return false;
  return !/[\s([{]$/.test(before) && !/^(\s|[.,;:?!)\]}](?!\p{N}))/u.test(after);
}
