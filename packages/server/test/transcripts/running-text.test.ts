import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runningText } from '../../src/transcripts/transcript.js';

test('blanks around a line break are removed, several breaks become a paragraph, and other blanks stay', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '\n', 'a') }), (text) => {
      const runs = text.match(/[ \n]+|a+/g) ?? [];
      const expected = runs.map((run) => {
        if (!run.includes('\n')) return run;
        return run.includes('\n\n') ? '\n\n' : '\n';
      });
      expect(runningText({ segments: [segmentOf(text)] })).toBe(expected.join(''));
    }),
  );
});

function segmentOf(text: string) {
  return { text, start: 0, end: 1, confidence: 1, words: [], language: 'en' };
}
