import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editBetween, moved, movedSpan, touches, type Edit } from '../../src/fields/edit.js';

describe('an edit', () => {
  test.each([
    ['aaaa', 'aaaaa', 3, { start: 2, end: 2, inserted: 1 }],
    ['aaaa', 'aaa', 1, { start: 1, end: 2, inserted: 0 }],
    ['one two', 'one 2', 5, { start: 4, end: 7, inserted: 1 }],
    ['one two', 'ONE two', 7, { start: 0, end: 3, inserted: 3 }],
    ['same', 'same', 2, undefined],
  ])('is found between %s and %s', (before, after, caret, edit) => {
    expect(editBetween(before, after, caret)).toEqual(edit);
  });

  test('makes the second text of the first, wherever the caret is said to be', () => {
    fc.assert(
      fc.property(letters, letters, fc.nat(12), (before, after, caret) => {
        const edit = editBetween(before, after, Math.min(caret, after.length));
        if (!edit) return before === after;
        const { start, end, inserted } = edit;
        return before.slice(0, start) + after.slice(start, start + inserted) + before.slice(end) === after;
      }),
    );
  });

  test('where the caret ends it is exactly what was done, however alike the letters are', () => {
    fc.assert(
      fc.property(letters, letters, fc.nat(), fc.nat(), (before, typed, from, length) => {
        const start = from % (before.length + 1);
        const end = Math.min(before.length, start + (length % 3));
        const after = before.slice(0, start) + typed + before.slice(end);
        const found = editBetween(before, after, start + typed.length);
        // It may leave out what was typed over with the same.
        if (!found) return before === after;
        return found.start >= start && found.end <= end;
      }),
    );
  });
});

describe('an offset', () => {
  test('stays between the same characters, unless these are replaced', () => {
    fc.assert(
      fc.property(fc.nat(20), edits, (offset, edit) => {
        const marked = Array.from({ length: 21 }, (_, index) => index);
        const inserted = Array.from({ length: edit.inserted }, () => -1);
        const after = [...marked.slice(0, edit.start), ...inserted, ...marked.slice(edit.end)];
        const at = moved(offset, edit);
        const isReplaced = offset >= edit.start && offset < edit.end;
        return isReplaced ? at === edit.start + edit.inserted : after[at] === offset;
      }),
    );
  });

  test('a span that is not touched holds the same characters', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), edits, (one, other, edit) => {
        const span = { start: Math.min(one, other), end: Math.max(one, other) };
        fc.pre(span.start < span.end && !touches(edit, span));
        const after = movedSpan(span, edit);
        return (
          after.end - after.start === span.end - span.start &&
          after.start - span.start === (edit.end <= span.start ? edit.start + edit.inserted - edit.end : 0)
        );
      }),
    );
  });
});

const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
const edits: fc.Arbitrary<Edit> = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(4))
  .map(([one, other, inserted]) => ({ start: Math.min(one, other), end: Math.max(one, other), inserted }));
