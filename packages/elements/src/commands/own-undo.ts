import { announceInput } from '../fields/field.js';
import type { FieldWriter, PutEdit } from '../fields/field-writer.js';

/** Undo and redo of what was written into a field without the focus, which the browser's own undo does not know of. */
export interface OwnUndo {
  /** Takes the last change of a field back if it is such a one; false if it is not. */
  readonly undo: (writer: FieldWriter) => boolean;
  /** The other way round. */
  readonly redo: (writer: FieldWriter) => boolean;
}

export function createOwnUndo(): OwnUndo {
  const undone = new WeakMap<FieldWriter, { readonly edit: PutEdit; readonly text: string }[]>();

  return {
    undo: (writer) => {
      const edit = writer.puts.at(-1);
      if (!edit || writer.text() !== edit.after) return false;
      writer.puts.pop();
      const { start, inserted, removed } = edit;
      // An editor with an undo of its own knows of it.
      if (!announceInput(writer.field.element, '', 'historyUndo')) return true;
      writer.field.put({ start, end: start + inserted.length }, removed);
      const others = undone.get(writer) ?? [];
      undone.set(writer, [...others, { edit, text: writer.text() }]);
      return true;
    },
    redo: (writer) => {
      const { edit, text } = undone.get(writer)?.at(-1) ?? {};
      if (!edit || writer.text() !== text) return false;
      undone.get(writer)?.pop();
      const { start, inserted, removed } = edit;
      if (!announceInput(writer.field.element, '', 'historyRedo')) return true;
      writer.field.put({ start, end: start + removed.length }, inserted);
      writer.puts.push(edit);
      return true;
    },
  };
}
