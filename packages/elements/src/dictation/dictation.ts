import type { Segment, Transcriber } from '@auscult/client';
import { isWritable } from '../fields/find-fields.js';
import type { FieldWriter, Mark } from '../fields/field-writer.js';
import type { Surroundings } from '../fields/fit-text.js';
import type { TellDictation } from './dictation-events.js';
import { findDoubts, type Doubt } from './doubts.js';

/** Brings what transcribers hear into fields. */
export interface Dictation {
  readonly follow: (transcriber: Transcriber) => void;
  /** What is being said, and where it will be written. */
  readonly provisional: () => Provisional | undefined;
  /** Words to check, in the order in which they were said. */
  readonly doubts: () => readonly Doubt[];
  readonly settle: (doubt: Doubt) => void;
  /** What was dictated last into a field, of what has not been taken back. */
  readonly lastIn: (writer: FieldWriter) => Written | undefined;
  /** Removes a final from its field, unless somebody has edited it: then it is theirs. */
  readonly takeBack: (written: Written) => void;
  /** What is being said goes where the caret is now: a command before it has moved the caret. */
  readonly moveOpen: () => void;
}

/** Text that may still change: it is in no field yet. */
export interface Provisional {
  readonly text: string;
  readonly writer: FieldWriter;
  readonly place: Mark;
}

interface DictationParts {
  /** The field to write into now. */
  readonly target: () => FieldWriter | undefined;
  readonly fitting: () => Pick<Surroundings, 'keyTerms' | 'smallWords'>;
  /** What is to be written of a text in a field of a template; undefined elsewhere. */
  readonly fillIn: (text: string, writer: FieldWriter, place: Mark) => string | undefined;
  readonly tell: TellDictation;
  /** Something has changed that is shown. */
  readonly onChange: () => void;
}

/** A final that is in a field, or will be once the field is free. */
interface Written {
  readonly segment: Segment;
  readonly writer: FieldWriter;
  /** Undefined where it is not in the field. */
  mark: Mark | undefined;
}

export function createDictation({ target, fitting, fillIn, tell, onChange }: DictationParts): Dictation {
  /** By transcriber, channel and sequence, what is being said. */
  const open = new Map<string, Provisional>();
  const doubts = new Set<Doubt>();
  const written = new Map<string, Written>();
  let transcribers = 0;

  function follow(transcriber: Transcriber): void {
    const own = `${transcribers++} `;
    const keyOf = (sequence: number, { channel = 0 }: Segment): string => `${own}${channel} ${sequence}`;

    transcriber.on('partial', (segment) => {
      const key = keyOf(segment.sequence, segment);
      const { text, unsettled = '' } = segment;
      show(key, text + unsettled);
      tell('auscult-partial', { text, unsettled, field: open.get(key)?.writer.field.element });
    });

    transcriber.on('final', (segment) => {
      const key = keyOf(segment.sequence, segment);
      for (const sequence of segment.removes?.toReversed() ?? []) {
        const former = written.get(keyOf(sequence, segment));
        if (former) former.writer.whenFree(() => takeBack(former));
      }
      const shown = open.get(key);
      open.delete(key);
      if (isEmpty(segment)) {
        if (shown) shown.writer.forget(shown.place);
        return onChange();
      }
      const found = shown ?? placeNow();
      if (!found) return tell('auscult-unwritten', { segment, field: undefined });
      const { writer, place } = found;
      const entry: Written = { segment, writer, mark: undefined };
      written.set(key, entry);
      forgetOldest();
      writer.whenFree(() => {
        entry.mark = write(segment, writer, place);
      });
    });

    transcriber.on('state', ({ kind }) => {
      // What has no final by now will have none.
      if (kind === 'stopped' || kind === 'failed')
        for (const key of [...open.keys()].filter((one) => one.startsWith(own))) show(key, '');
    });
  }

  function placeNow(): Omit<Provisional, 'text'> | undefined {
    const writer = target();
    return writer && { writer, place: writer.mark(writer.selection()) };
  }

  /** The place of what is said is where the caret is when its first words come. */
  function show(key: string, text: string): void {
    const shown = open.get(key);
    if (text === '') {
      if (shown) shown.writer.forget(shown.place);
      open.delete(key);
    } else if (shown) open.set(key, { ...shown, text });
    else {
      const now = placeNow();
      if (now) open.set(key, { ...now, text });
    }
    onChange();
  }

  function write(segment: Segment, writer: FieldWriter, place: Mark): Mark | undefined {
    const field = writer.field.element;
    const { text } = segment;
    const exact = fillIn(text, writer, place);
    const fits = exact === undefined ? fitting() : undefined;
    const mark = isWritable(field) ? writer.write(place, exact ?? text, fits) : undefined;
    writer.forget(place);
    if (mark) {
      for (const doubt of findDoubts(writer, mark, segment.words ?? [])) doubts.add(doubt);
      tell('auscult-final', { segment, written: writer.text().slice(mark.start, mark.end), field });
    } else tell('auscult-unwritten', { segment, field });
    onChange();
    return mark;
  }

  /** Nobody takes back what was said so long ago. */
  function forgetOldest(): void {
    if (written.size <= MOST_WRITTEN) return;
    for (const [key, { writer, mark }] of written) {
      if (mark) writer.forget(mark);
      written.delete(key);
      return;
    }
  }

  function takeBack(entry: Written): void {
    const { segment, writer, mark } = entry;
    if (!mark) return;
    const field = writer.field.element;
    writer.text();
    const isRemoved = !mark.isTouched && isWritable(field) && writer.remove(mark);
    if (isRemoved) entry.mark = undefined;
    writer.forget(mark);
    tell('auscult-removed', { segment, field, kept: !isRemoved });
    onChange();
  }

  function settle(doubt: Doubt): void {
    doubts.delete(doubt);
    for (const { mark } of [doubt, ...doubt.alternatives]) doubt.writer.forget(mark);
  }

  return {
    follow,
    provisional: () => [...open.values()].at(-1),
    doubts: () => {
      for (const doubt of doubts) {
        doubt.writer.text();
        if (doubt.mark.isTouched) settle(doubt);
      }
      return [...doubts];
    },
    settle: (doubt) => {
      settle(doubt);
      onChange();
    },
    lastIn: (writer) => [...written.values()].findLast((entry) => entry.mark && entry.writer === writer),
    takeBack,
    moveOpen: () => {
      for (const [key, { text }] of [...open]) {
        show(key, '');
        show(key, text);
      }
    },
  };
}

/** Finals that can be taken back. */
const MOST_WRITTEN = 500;

/** Whether a final only takes others back. A dictated line break is text. */
function isEmpty({ text }: Segment): boolean {
  return !/[^ ]/.test(text);
}
