import { editBetween, moved, movedSpan, touches, type Edit, type Span } from './edit.js';
import type { Field } from './field.js';
import { fitText, gapFor, type Surroundings } from './fit-text.js';

/** A part of a field's text that moves with what people edit around it. */
export interface Mark extends Span {
  /** Whether its own text was edited. */
  readonly isTouched: boolean;
  /** Whether it was written into a word or a number. */
  readonly splits?: boolean;
}

/** What was written past the browser's editing, so that its undo does not take it back. */
export interface PutEdit {
  readonly start: number;
  readonly removed: string;
  readonly inserted: string;
  /** The whole text afterwards. */
  readonly after: string;
}

/** Writes into a field beside the person who edits it: nothing of theirs is lost, and nothing is written twice. */
export interface FieldWriter {
  readonly field: Field;
  /** The text, with all marks where they belong in it. */
  readonly text: () => string;
  /** Where the person's caret or selection is, or was when they were last in the field; the end of the text at first. */
  readonly selection: () => Span;
  /** Marks a part of the text until it is forgotten. */
  readonly mark: (span: Span) => Mark;
  readonly forget: (mark: Mark) => void;
  /**
   * Writes a dictated text in place of a mark, or behind the mark if its text was edited: as it fits there, or exactly as it is if
   * `fitting` is undefined. Returns the mark of what was written; undefined if the field does not take it, and then nothing of it is written.
   */
  readonly write: (
    place: Mark,
    text: string,
    fitting: Pick<Surroundings, 'keyTerms' | 'smallWords'> | undefined,
  ) => Mark | undefined;
  /** Replaces the text of a mark as it is given; false if the field does not allow it. */
  readonly replace: (mark: Mark, text: string) => boolean;
  /**
   * Removes the text of a mark; false as above. A space is left between what would become one word or number, unless it was
   * one before.
   */
  readonly remove: (mark: Mark) => boolean;
  /** What the browser's undo does not know of, latest last. */
  readonly puts: PutEdit[];
  /** Calls back once nothing stands in the way of writing: an input method must end its composition first. */
  readonly whenFree: (callback: () => void) => void;
  /** Calls back after each change of the text or the selection. */
  readonly onChange: (listener: () => void) => void;
  readonly close: () => void;
}

/** Follows the edits of a field until it is closed. */
export function createFieldWriter(field: Field): FieldWriter {
  const { element } = field;
  const marks = new Set<{ start: number; end: number; isTouched: boolean }>();
  const listeners = new Set<() => void>();
  const waiting: (() => void)[] = [];
  const puts: PutEdit[] = [];
  const ended = new AbortController();
  let known = field.text();
  let selected: Span = atEnd(known);
  let isComposing = false;
  let isWriting = false;
  let wasEntered = false;

  /** Takes in what has changed since the last time: `typed` tells what the person did, where it is known. */
  function catchUp(typed?: Edit): string {
    const text = field.text();
    const edit = typed ?? editBetween(known, text, field.selection()?.end);
    known = text;
    if (edit) follow(edit);
    return text;
  }

  /** An input of the person replaces what they have selected. Nothing in the text tells, if it is replaced by the same. */
  function typedOver({ start, end }: Span): Edit | undefined {
    const text = field.text();
    const inserted = text.length - known.length + end - start;
    const behind = start + inserted;
    const isTyped = start < end && inserted >= 0 && field.selection()?.end === behind;
    const fits = text.startsWith(known.slice(0, start)) && text.slice(behind) === known.slice(end);
    return isTyped && fits ? { start, end, inserted } : undefined;
  }

  function follow(edit: Edit): void {
    selected = { start: moved(selected.start, edit), end: moved(selected.end, edit) };
    for (const mark of marks) {
      if (touches(edit, mark)) {
        mark.isTouched = true;
        // What the person did there is theirs: only what is behind it is left of the mark.
        mark.start = mark.end = moved(mark.end, edit);
      } else if (mark.start === mark.end) mark.start = mark.end = moved(mark.start, edit);
      else Object.assign(mark, movedSpan(mark, edit));
    }
  }

  function remember(): void {
    catchUp();
    const selection = field.selection();
    if (selection && isEntered()) selected = selection;
  }

  /** A text control has a selection before anybody was in it: at its beginning, where nobody wants to go on. */
  function isEntered(): boolean {
    wasEntered ||= element.matches(':focus, :focus-within');
    return wasEntered;
  }

  function changed(): void {
    if (isWriting) return;
    remember();
    for (const listener of listeners) listener();
  }

  function replace({ start, end }: Span, text: string): boolean {
    remember();
    const removed = known.slice(start, end);
    const wanted = known.slice(0, start) + text + known.slice(end);
    isWriting = true;
    try {
      const replaced = field.replace({ start, end }, text);
      if (replaced !== 'no') {
        // Marks follow what was meant, then what the page has made of it.
        known = wanted;
        follow({ start, end, inserted: text.length });
      }
      catchUp();
      field.select(selected);
      if (replaced === 'put') {
        puts.push({ start, removed, inserted: text, after: known });
        if (puts.length > MOST_PUTS) puts.shift();
      }
      return replaced !== 'no';
    } finally {
      isWriting = false;
      for (const listener of listeners) listener();
    }
  }

  function mark(span: Span): Mark {
    const made = { start: span.start, end: span.end, isTouched: false };
    marks.add(made);
    return made;
  }

  const listen = (target: EventTarget, type: string, listener: () => void): void => {
    target.addEventListener(type, listener, { signal: ended.signal });
  };
  listen(element, 'beforeinput', () => {
    if (!isWriting) remember();
  });
  listen(element, 'input', () => {
    if (!isWriting) catchUp(typedOver(selected));
    changed();
  });
  listen(element.ownerDocument, 'selectionchange', changed);
  listen(element, 'compositionstart', () => {
    isComposing = true;
  });
  listen(element, 'compositionend', () => {
    isComposing = false;
    // The text is there once the event is over.
    setTimeout(() => {
      changed();
      for (const callback of waiting.splice(0)) callback();
    });
  });
  remember();

  return {
    field,
    text: catchUp,
    selection: () => {
      remember();
      return selected;
    },
    mark,
    forget: (made) => {
      marks.delete(made);
    },
    write: (place, text, fitting) => {
      const current = catchUp();
      const { start, end } = place;
      const [before, after] = [current.slice(0, start), current.slice(end)];
      const { hasLines } = field;
      const fitted = fitting ? fitText(text, { ...fitting, before, after, hasLines }) : text;
      if (!field.hasRoom(fitted.length - (end - start))) return undefined;
      if (!replace({ start, end }, fitted)) return undefined;
      const splits = start === end && gapFor(before, after) !== '';
      return Object.assign(mark({ start, end: start + fitted.length }), { splits });
    },
    replace: ({ start, end }, text) =>
      field.hasRoom(text.length - (end - start)) && replace({ start, end }, text),
    remove: ({ start, end, splits }) => {
      const current = catchUp();
      return replace({ start, end }, splits ? '' : gapFor(current.slice(0, start), current.slice(end)));
    },
    puts,
    whenFree: (callback) => {
      if (isComposing) waiting.push(callback);
      else callback();
    },
    onChange: (listener) => listeners.add(listener),
    close: () => ended.abort(),
  };
}

/** More is not undone. */
const MOST_PUTS = 50;

function atEnd({ length }: string): Span {
  return { start: length, end: length };
}
