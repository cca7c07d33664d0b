import { expect } from 'vitest';
import type { FieldState } from '../support/edited-field.js';

/** A part of the text; `isTouched` once somebody has edited it, `isKnown` until an undo of the browser. */
interface ModelSpan {
  start: number;
  end: number;
  isTouched: boolean;
  isKnown: boolean;
  /** Whether it was written into a word or a number. */
  splits?: boolean;
}

/** What a field must hold, by what its person and a transcriber have done. */
export interface FieldModel {
  state: FieldState;
  /** The person replaces the selection, or a part before or behind it. */
  readonly edit: (start: number, end: number, inserted: string) => void;
  /** Where what is said will be written. */
  readonly open: (sequence: number) => void;
  readonly close: (sequence: number) => void;
  /** A final was written as it is given; `actual` is what the field holds now. */
  readonly write: (sequence: number, written: string, actual: FieldState) => void;
  /** What becomes of a final that is taken back. */
  readonly takeBack: (sequence: number, kept: boolean, actual: FieldState) => void;
  /** The browser has undone or redone something: that is a text that was there before. */
  readonly restore: (actual: FieldState) => void;
}

export function createFieldModel(initial: FieldState): FieldModel {
  const places = new Map<number, ModelSpan>();
  const written = new Map<number, ModelSpan>();
  const texts = new Set([initial.text]);

  function change(start: number, end: number, inserted: string): void {
    const { text } = model.state;
    for (const span of places.values()) follow(span, start, end, inserted.length);
    for (const span of written.values()) follow(span, start, end, inserted.length);
    const place = (offset: number): number =>
      offset < start ? offset : start + inserted.length + Math.max(0, offset - end);
    model.state = {
      text: text.slice(0, start) + inserted + text.slice(end),
      start: place(model.state.start),
      end: place(model.state.end),
    };
    texts.add(model.state.text);
  }

  const model: FieldModel = {
    state: initial,
    edit: change,
    open: (sequence) => {
      const { start, end } = model.state;
      if (!places.has(sequence)) places.set(sequence, { start, end, isTouched: false, isKnown: true });
    },
    close: (sequence) => places.delete(sequence),
    write: (sequence, text, actual) => {
      const place = places.get(sequence) ?? { ...model.state, isTouched: false, isKnown: true };
      places.delete(sequence);
      if (!place.isKnown) {
        expectWrittenSomewhere(model.state.text, text, actual.text);
        for (const span of [...places.values(), ...written.values()]) span.isKnown = false;
        model.state = actual;
        texts.add(actual.text);
        return;
      }
      const { start, end } = place;
      const splits = start === end && joins(model.state.text, start, end);
      change(start, end, text);
      written.set(sequence, { start, end: start + text.length, isTouched: false, isKnown: true, splits });
      expect(actual).toEqual(model.state);
    },
    takeBack: (sequence, kept, actual) => {
      const span = written.get(sequence);
      written.delete(sequence);
      if (!span?.isKnown) {
        // It was undone, or it is taken back as a whole.
        if (kept) expect(actual.text).toBe(model.state.text);
        model.state = actual;
        texts.add(actual.text);
        return;
      }
      expect(kept).toBe(span.isTouched);
      const isApart = !span.splits && joins(model.state.text, span.start, span.end);
      if (!kept) change(span.start, span.end, isApart ? ' ' : '');
      expect(actual).toEqual(model.state);
    },
    restore: (actual) => {
      expect([...texts], `an earlier text: ${actual.text}`).toContain(actual.text);
      if (actual.text !== model.state.text)
        for (const span of [...places.values(), ...written.values()]) span.isKnown = false;
      model.state = actual;
    },
  };
  return model;
}

/** Whether one word or number would be made of what stands around a part of a text. */
function joins(text: string, start: number, end: number): boolean {
  const [before = '', after = ''] = [
    /\S*$/.exec(text.slice(0, start))?.[0],
    /^\S*/.exec(text.slice(end))?.[0],
  ];
  const makesWord = /[a-z0-9][.,:/]?$/i.test(before) && /^[.,:/]?[a-z0-9]/i.test(after);
  return makesWord || (/[a-z0-9.,]$/i.test(before) && /^[.,]?[0-9]/.test(after));
}

function follow(span: ModelSpan, start: number, end: number, inserted: number): void {
  const moved = inserted - (end - start);
  if (span.start === span.end) {
    if (span.start >= start) span.start = span.end = Math.max(span.start, end) + moved;
  } else if (start < span.end && end > span.start) {
    span.isTouched = true;
    span.start = span.end = Math.max(span.end, end) + moved;
  } else if (end <= span.start) {
    span.start += moved;
    span.end += moved;
  }
}

/** That nothing else has changed than that a text was written at one place, perhaps over a selection. */
function expectWrittenSomewhere(before: string, written: string, after: string): void {
  const at = after.indexOf(written);
  expect(at).toBeGreaterThanOrEqual(0);
  expect(before.startsWith(after.slice(0, at))).toBe(true);
  expect(before.endsWith(after.slice(at + written.length))).toBe(true);
}
