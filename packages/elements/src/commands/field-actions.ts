import type { Dictation } from '../dictation/dictation.js';
import type { TargetFields } from '../dictation/target-fields.js';
import type { Span } from '../fields/edit.js';
import { announceInput, editByBrowser, hasFocus } from '../fields/field.js';
import type { FieldWriter } from '../fields/field-writer.js';
import { fieldsInOrder } from './field-names.js';
import type { CommandMessages } from './messages/en-commands.js';
import type { OwnUndo } from './own-undo.js';
import type { CommandName } from './phrases.js';
import { lastOccurrence } from './said-words.js';
import { spanToRemove } from './span-to-remove.js';
import type { TemplateField, TemplateFields } from './template-fields.js';

/** Carries commands out in fields. What cannot be done changes nothing. */
export interface FieldActions {
  /** Returns what the person should be told; empty if they see it, undefined if they have been told. */
  readonly carryOut: (
    name: CommandName,
    variables: Readonly<Record<string, string>>,
    writer: FieldWriter | undefined,
  ) => string | undefined;
  /** Takes the person to a field of a template, and returns what is to be filled in. */
  readonly show: (field: TemplateField) => string;
}

interface ActionParts {
  readonly targets: TargetFields;
  readonly dictation: Dictation;
  readonly templateFields: TemplateFields;
  readonly ownUndo: OwnUndo;
  readonly messages: () => CommandMessages;
  /** The text of a template. */
  readonly template: (name: string) => string | undefined;
  readonly section: (name: string) => HTMLElement | undefined;
}

export function createFieldActions(parts: ActionParts): FieldActions {
  const { targets, dictation, templateFields, ownUndo } = parts;

  function enter({ field }: FieldWriter): void {
    if (!hasFocus(field.element)) targets.enter(field.element);
  }

  function show({ writer, mark, name, choices }: TemplateField): string {
    enter(writer);
    writer.field.select(mark);
    const { fillIn } = parts.messages();
    return `${fillIn}: ${name}${choices.length > 0 ? ` (${choices.join(', ')})` : ''}`;
  }

  function insert(writer: FieldWriter, name: string): string {
    const template = parts.template(name);
    if (template === undefined) return `${parts.messages().unknown}: ${name}`;
    const field = templateFields.insert(writer, template);
    if (field === 'refused') return parts.messages().noRoom;
    return field ? show(field) : '';
  }

  /** Through the fields of a template first, then through those of the page. */
  function step(writer: FieldWriter | undefined, by: 1 | -1): string {
    const inTemplate = writer && templateFields.next(writer, by);
    if (inTemplate) return show(inTemplate);
    const fields = fieldsInOrder(targets);
    const at = writer ? fields.indexOf(writer.field.element) : -1;
    const next = writer ? fields[at + by] : fields[0];
    if (!next) return parts.messages().noOtherField;
    targets.enter(next);
    return '';
  }

  function goTo(name: string): string {
    const field = parts.section(name);
    if (!field?.isConnected) return `${parts.messages().unknown}: ${name}`;
    targets.enter(field);
    return '';
  }

  function select(writer: FieldWriter, words: string): string {
    const found = lastOccurrence(writer.text(), words, writer.selection().start);
    if (!found) return `${parts.messages().notFound}: ${words}`;
    enter(writer);
    writer.field.select(found);
    return '';
  }

  /** What is meant by “that”: what is selected, or what was dictated last here. */
  function deleteThat(writer: FieldWriter): string | undefined {
    const { start, end } = writer.selection();
    if (start < end) return removeSelected(writer, { start, end });
    const last = dictation.lastIn(writer);
    if (!last) return parts.messages().nothingDictated;
    dictation.takeBack(last);
    return undefined;
  }

  function removeSelected(writer: FieldWriter, selected: Span): string {
    const mark = writer.mark(spanToRemove(writer.text(), selected));
    const isRemoved = writer.remove(mark);
    writer.forget(mark);
    return isRemoved ? '' : parts.messages().changed;
  }

  function boldThat(writer: FieldWriter): string {
    const selected = writer.selection();
    const mark = selected.start < selected.end ? selected : dictation.lastIn(writer)?.mark;
    if (!mark) return parts.messages().nothingDictated;
    if ('isTouched' in mark && mark.isTouched) return parts.messages().changed;
    return makeBold(writer, bare(writer.text(), mark), selected) ? '' : parts.messages().noBold;
  }

  function makeBold(writer: FieldWriter, span: Span, selected: Span): boolean {
    const { element } = writer.field;
    if (!element.isContentEditable) return false;
    enter(writer);
    writer.field.select(span);
    const isDone =
      !announceInput(element, '', 'formatBold') || isBold() || (editByBrowser('bold') && isBold());
    writer.field.select(selected);
    // What comes next is not meant.
    if (isDone && selected.start === selected.end && isBold()) editByBrowser('bold');
    return isDone;
  }

  function undo(writer: FieldWriter): string {
    if (ownUndo.undo(writer)) return '';
    enter(writer);
    const before = writer.text();
    if (announceInput(writer.field.element, '', 'historyUndo')) editByBrowser('undo');
    return writer.text() === before ? parts.messages().nothingToUndo : '';
  }

  function carryOutIn(
    writer: FieldWriter,
    name: CommandName,
    { template = '', words = '' }: Readonly<Record<string, string>>,
  ): string | undefined {
    switch (name) {
      case 'insert-template':
        return insert(writer, template);
      case 'select-words':
        return select(writer, words);
      case 'delete-that':
        return deleteThat(writer);
      case 'bold-that':
        return boldThat(writer);
      default:
        return undo(writer);
    }
  }

  return {
    show,
    carryOut: (name, variables, writer) => {
      if (name === 'next-field') return step(writer, 1);
      if (name === 'previous-field') return step(writer, -1);
      if (name === 'go-to-section') return goTo(variables['section'] ?? '');
      return writer ? carryOutIn(writer, name, variables) : '';
    },
  };
}

function isBold(): boolean {
  // Deprecated like the command itself, and the only way to know what it would do.
  return (document as unknown as { queryCommandState: (command: string) => boolean }).queryCommandState(
    'bold',
  );
}

/** Without the spaces at its ends. */
function bare(text: string, { start, end }: Span): Span {
  const content = text.slice(start, end);
  return { start: end - content.trimStart().length, end: start + content.trimEnd().length };
}
