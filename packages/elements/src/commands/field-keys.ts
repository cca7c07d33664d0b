import type { TargetFields } from '../dictation/target-fields.js';
import { isWritable, ownFieldElement } from '../fields/find-fields.js';
import type { FieldWriter } from '../fields/field-writer.js';
import type { OwnUndo } from './own-undo.js';
import type { TemplateField, TemplateFields } from './template-fields.js';

interface FieldKeyParts {
  readonly targets: TargetFields;
  readonly templateFields: TemplateFields;
  readonly ownUndo: OwnUndo;
  /** The person wants to go to a field of a template. */
  readonly shown: (field: TemplateField) => void;
  readonly signal: AbortSignal;
}

/**
 * Keys in fields: Tab and Shift+Tab go through the fields of a template that are not filled in, and leave the field behind the last
 * one; the keys of undo and redo also reach what the browser's undo does not know of.
 */
export function listenToFieldKeys({ targets, templateFields, ownUndo, shown, signal }: FieldKeyParts): void {
  function press(event: KeyboardEvent): void {
    const writer = writerAt(event);
    if (!writer || event.isComposing || event.altKey) return;
    if (isTakenBy(writer, event)) event.preventDefault();
  }

  function isTakenBy(writer: FieldWriter, { key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
    const hasCommand = ctrlKey !== metaKey;
    const letter = key.toLowerCase();
    if (hasCommand && letter === 'z') return shiftKey ? ownUndo.redo(writer) : ownUndo.undo(writer);
    if (hasCommand && letter === 'y') return ownUndo.redo(writer);
    if (key !== 'Tab' || ctrlKey || metaKey) return false;
    const field = templateFields.next(writer, shiftKey ? -1 : 1);
    if (field) shown(field);
    return field !== undefined;
  }

  function writerAt(event: KeyboardEvent): FieldWriter | undefined {
    const [target] = event.composedPath();
    const field = target instanceof Element ? ownFieldElement(target) : undefined;
    return field && targets.isTarget(field) && isWritable(field) ? targets.writerOf(field) : undefined;
  }

  addEventListener('keydown', press, { capture: true, signal });
}
