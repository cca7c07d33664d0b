import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FinalHypothesis, Word } from '../../src/live/live-transcription.js';
import {
  nothingWritten,
  writeFinal,
  writeFinals,
  type WritingOptions,
  type WrittenFinal,
} from '../../src/text/write-final.js';

describe('a final in written form', () => {
  test('keeps the spoken text, and the time and confidence of each word', () => {
    const said = final(0, 'Take twenty five milligrams daily.', { start: 10 });
    const words = said.words.map((word, index) => ({
      ...word,
      confidence: [0.9, 0.8, 0.6, 0.7, 0.95][index] ?? 0,
    }));
    const written = writeFinal(nothingWritten, { ...said, words }, WRITTEN).written;
    expect(written).toMatchObject({
      text: 'Take 25 mg daily.',
      spoken: 'Take twenty five milligrams daily.',
      start: said.start,
      end: said.end,
      sequence: 0,
    });
    expect(written.words).toEqual([
      { text: 'Take', start: 10, end: 10.4, confidence: 0.9 },
      { text: '25', spoken: 'twenty five', start: 10.5, end: 11.4, confidence: 0.6 },
      { text: 'mg', spoken: 'milligrams', start: 11.5, end: 11.9, confidence: 0.7 },
      { text: 'daily.', start: 12, end: 12.4, confidence: 0.95 },
    ]);
  });

  test('has its alternatives in written form, and keeps their doubt', () => {
    const said = final(0, 'Take fifteen milligrams of met a prolol.');
    const doubts: readonly Partial<Word>[] = [
      {},
      { alternatives: [{ text: 'fifty', confidence: 0.2 }], doubtful: true },
      {},
      {},
      { alternatives: [{ text: 'metoprolol.', confidence: 0.3, words: 3 }] },
    ];
    const words = said.words.map((word, index) => ({ ...word, ...doubts[index] }));
    const written = writeFinal(nothingWritten, { ...said, words }, WRITTEN).written;
    expect(written.text).toBe('Take 15 mg of met a prolol.');
    expect(written.words[1]).toMatchObject({
      text: '15',
      alternatives: [{ text: '50', confidence: 0.2 }],
      doubtful: true,
    });
    expect(written.words[4]).toMatchObject({
      text: 'met',
      alternatives: [{ text: 'metoprolol.', confidence: 0.3, words: 3 }],
    });
    expect(written.words.filter(({ doubtful }) => doubtful)).toHaveLength(1);
  });

  test('has a whole number as the alternative where one of its words is doubtful', () => {
    const said = final(0, 'Pressure is one forty over ninety.');
    const words = said.words.map((word) =>
      word.text === 'forty' ? { ...word, alternatives: [{ text: 'fourteen', confidence: 0.2 }] } : word,
    );
    const { words: written } = writeFinal(nothingWritten, { ...said, words }, WRITTEN).written;
    expect(written.map(({ text }) => text)).toEqual(['Pressure', 'is', '140/90.']);
    const [instead] = written[2]?.alternatives ?? [];
    expect(instead === undefined || /^1 ?14\/90\.$|^114 over 90\.$/.test(instead.text)).toBe(true);
  });

  test('is the same object where nothing changes', () => {
    const said = final(0, 'No chest pain.');
    expect(writeFinal(nothingWritten, said, WRITTEN).written).toBe(said);
  });

  test('is the spoken text where it is switched off, or in another language', () => {
    const said = final(0, 'twenty five milligrams');
    expect(writeFinal(nothingWritten, said, { ...WRITTEN, writtenForm: false }).written).toBe(said);
    const german = { ...said, language: 'de' };
    expect(writeFinal(nothingWritten, german, WRITTEN).written).toBe(german);
    expect(writeFinal(nothingWritten, { ...said, language: 'en-GB' }, WRITTEN).written.text).toBe('25 mg');
  });
});

describe('a number that a cut may have divided', () => {
  test('stays as it was spoken on both sides', () => {
    expect(texts('Give one hundred', 'five milligrams daily.')).toEqual([
      'Give one hundred',
      'five milligrams daily.',
    ]);
    expect(texts('Pressure is one forty over', 'ninety, pulse eighty.')).toEqual([
      'Pressure is one forty over',
      'ninety, pulse 80.',
    ]);
    expect(texts('Creatinine is one point', 'four.')).toEqual(['Creatinine is one point', 'four.']);
  });

  test('stays spoken behind the cut where the model has put a full stop', () => {
    expect(texts('Give one hundred.', 'Five milligrams.')).toEqual(['Give 100.', 'Five milligrams.']);
  });

  test('is written in digits where a pause or the end of a sentence lies between', () => {
    expect(texts('She is sixty two.', 'No chest pain.')).toEqual(['She is 62.', 'No chest pain.']);
    const finals = [final(0, 'Room ten.'), final(1, 'Five milligrams daily.', { start: 20 })];
    expect(written(finals).map(({ text }) => text)).toEqual(['Room 10.', '5 mg daily.']);
  });

  test('does not keep the rest of both finals from being rewritten', () => {
    expect(texts('Five milligrams, then one hundred', 'twenty, pulse seventy two.')).toEqual([
      '5 mg, then one hundred',
      'twenty, pulse 72.',
    ]);
  });

  test.each([
    ['Troponin is point', 'zero three.'],
    ['Creatinine is point.', 'Eight milligrams per deciliter.'],
    ['Potassium is four', 'point oh.'],
    ['Apply point', 'oh five percent.'],
    ['Give two hundred and', 'fifty milligrams.'],
    ['Heparin thirty', 'thousand units.'],
    ['Give three', 'hundred milligrams.'],
    ['Call double', 'five one two three four five.'],
    ['Call five five one double', 'two three four.'],
    ['Born four slash', 'twelve slash nineteen forty.'],
    ['Born four slash twelve', 'slash nineteen forty.'],
    ['Pressure one twenty over', 'eighty.'],
    ['Heparin fifteen to', 'twenty thousand units.'],
    ['Heparin fifteen to.', 'Twenty thousand units.'],
    ['Five or', 'ten milligrams.'],
    ['Two and', 'a half milligrams.'],
    ['Half', 'a million units.'],
    ['Pain is eight out of', 'ten.'],
    ['The base excess is minus', 'two point five.'],
    ['March twenty', 'fourth.'],
    ['Give ten, fifteen', 'thousand units.'],
    ['Sats are ninety', 'percent.'],
    ['One hundred, uh,', 'five milligrams.'],
    ['One hundred', 'um, five milligrams.'],
    ['Give two', '.5 milligrams.'],
    ['Her potassium is too.', '.0, which is low.'],
    ['The dose is for', 'point five milligrams.'],
    ['Zip code nine oh two oh.', 'Three.'],
  ])('stays spoken wherever it is cut: %s | %s', (...said) => {
    expect(texts(...said)).toEqual(said);
  });

  test('stays spoken over three finals, and over one that only links', () => {
    for (const said of [
      ['Give two', 'point', 'five milligrams.'],
      ['Give one hundred', 'and', 'five milligrams.'],
      ['Give one hundred', 'uh', 'five milligrams.'],
      ['Troponin is point', 'oh', 'four.'],
      ['Give one', 'hundred', 'twenty milligrams.'],
      ['Call five five five', 'one two', 'double three.'],
    ]) {
      expect(texts(...said)).toEqual(said);
    }
  });

  test('stays spoken over a short pause for thought', () => {
    const finals = [final(0, 'Give one hundred', { start: 0 }), final(1, 'five milligrams.', { start: 3 })];
    expect(written(finals).map(({ text }) => text)).toEqual(['Give one hundred', 'five milligrams.']);
  });

  test('never has only a part written in digits, wherever it is cut', () => {
    const whole = fc.constantFrom(
      'two hundred and fifty milligrams',
      'one hundred twenty five thousand units',
      'zero point zero two five milligrams',
      'seven point oh five',
      'one forty two over eighty eight',
      'ten to fifteen milligrams',
      'five to ten thousand units',
      'double five five one two three oh',
      'four slash twelve slash nineteen sixty two',
      'half a million units',
      'two and a half milligrams',
      'eight out of ten',
      'fifty to one hundred milligrams',
    );
    fc.assert(
      fc.property(whole, fc.nat(), fc.constantFrom('', '.', ','), (spoken, place, mark) => {
        const words = `Give ${spoken}`.split(' ');
        const cut = 2 + (place % (words.length - 2));
        const isUnit = /^(?:milligrams|units)$/u;
        fc.pre(!isUnit.test(words[cut] ?? ''));
        // A sentence may end in a number, and then its text is sent before the next sentence begins.
        const first = words.slice(0, cut).join(' ');
        fc.pre(mark !== '.' || /(?:point|oh|over|to|and|slash|of|double)$/u.test(first));
        const said = [first + mark, `${words.slice(cut).join(' ')}.`];
        expect(texts(...said).join(' ')).not.toMatch(/\d/u);
      }),
    );
  });

  test('is not assumed behind a complete number with its unit', () => {
    expect(texts('Give twenty five milligrams', 'per day.')).toEqual(['Give 25 mg', 'per day.']);
  });
});

describe('words of two speakers in a final', () => {
  const spokenBy = (text: string, speakers: readonly number[]): FinalHypothesis => {
    const said = final(0, text);
    return {
      ...said,
      words: said.words.map((word, at) => ({
        ...word,
        speaker: speakers[at] ?? 0,
        speakerConfidence: 1 - at / 10,
      })),
    };
  };
  const writtenBy = (text: string, speakers: readonly number[]) =>
    writeFinal(nothingWritten, spokenBy(text, speakers), WRITTEN).written;

  test('keep their speaker, a written word with the lowest of its confidences', () => {
    const { text, words } = writtenBy('How much? Twenty five milligrams.', [0, 0, 1, 1, 1]);
    expect(text).toBe('How much? 25 mg.');
    expect(words.map(({ text: word, speaker }) => [word, speaker])).toEqual([
      ['How', 0],
      ['much?', 0],
      ['25', 1],
      ['mg.', 1],
    ]);
    expect(words[2]?.speakerConfidence).toBe(0.7);
  });

  test('leave a number as it was spoken where the change may be in the middle of it', () => {
    expect(writtenBy('Take twenty five milligrams daily.', [0, 0, 1, 1, 1]).text).toMatch(
      /^Take twenty five (?:mg|milligrams) daily\.$/,
    );
  });

  test('keep their order, and every word, wherever the speaker changes', () => {
    const text = 'Take one hundred and forty over ninety, or twenty five milligrams, then rest.';
    const count = text.split(' ').length;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: count, maxLength: count }),
        (speakers) => {
          const { words, text: whole } = writtenBy(text, speakers);
          const spoken = words.map((word) => word.spoken ?? word.text).join(' ');
          expect(spoken.replaceAll(/[.,]/g, '')).toBe(text.replaceAll(/[.,]/g, ''));
          expect(whole.split(/\s+/)).toEqual(words.map((word) => word.text));
          const said = spokenBy(text, speakers).words;
          for (const { start, end, speaker } of words) {
            const inside = said.filter((word) => word.start >= start && word.end <= end);
            expect(new Set(inside.map((word) => word.speaker))).toEqual(new Set([speaker]));
          }
        },
      ),
    );
  });
});

describe('dictation commands that are a phrase of their own', () => {
  test('put marks and breaks where they belong', () => {
    expect(dictated('No chest pain, comma, no fever. Period. New paragraph. Plan, colon. Rest.')).toBe(
      'No chest pain, no fever.\n\nPlan: Rest.',
    );
    expect(dictated('First item. New line. Second item.')).toBe('First item.\nSecond item.');
    expect(dictated('Is it worse, question mark.')).toBe('Is it worse?');
    expect(dictated('Fever, semicolon, no chills. Full stop.')).toBe('Fever; no chills.');
    expect(dictated('Metoprolol, open parenthesis, Lopressor, close parenthesis, daily.')).toBe(
      'Metoprolol, (Lopressor) daily.',
    );
  });

  test('are recognised by pauses too', () => {
    const words = final(0, 'no fever comma no chills').words.map((word, index) => {
      const later = index >= 3 ? 0.6 : index >= 2 ? 0.3 : 0;
      return { ...word, start: word.start + later, end: word.end + later };
    });
    const said = { ...final(0, 'no fever comma no chills'), words };
    expect(writeFinal(nothingWritten, said, DICTATED).written.text).toBe('no fever, no chills');
  });

  test('are not found in ordinary sentences', () => {
    for (const said of [
      'The period of the rash was short.',
      'She is on her period.',
      'The colon was unremarkable.',
      'He went into a coma, comma shaped lesion.',
      'A new line was placed.',
      'The bleeding came to a full stop.',
      'Do not scratch that rash.',
      'Cap refill, less than two.',
      'He wears a cap outside.',
      'That is a question mark for me.',
    ]) {
      expect(dictated(said)).toBe(said);
    }
  });

  test.each([
    'Tumor of the cecum, colon, or rectum.',
    'Spleen normal. Colon. No wall thickening.',
    'Stomach, normal. Colon, normal. Liver, normal.',
    'Cancer of the breast, colon.',
    'Specimen, colon. Two fragments.',
    'Family history, colon. Her mother.',
    'Impression, colon, and rectum without masses.',
    'Colon. Unremarkable.',
    'Her last, period, was in June.',
    'Period, irregular.',
    'Period. Irregular, every forty days.',
    'Menses. Period. Heavy.',
    'Cramps, period, and headaches.',
    'Stupor, comma, and death.',
    'New line, placed in the left arm.',
    'New line. Inserted by anesthesia.',
    'Catheter pulled. New line. Flushes well.',
    'Failed the first regimen. Next line. Docetaxel.',
    'It itches. Scratch that. It bleeds.',
    'She cannot stop herself, she has to, scratch that, arm.',
    'Mosquito bites. Scratch that. Gets infected.',
    'Cap, intact.',
    'Omeprazole 20 mg, cap, once daily.',
    'Molar. Cap lost. Yesterday.',
    'Nail. Cap refill. Normal.',
    'Scalp. Question mark incision. Healed.',
    'The pulse came to a, full stop.',
  ])('are not confused with organs, symptoms or clinical objects: %s', (said) => {
    expect(dictated(said)).toBe(said);
  });

  test('are told apart from organs and symptoms by the final before', () => {
    const said = (...finals: readonly string[]) =>
      written(
        finals.map((text, sequence) => final(sequence, text)),
        DICTATED,
      ).map(({ text }) => text);
    expect(said('Liver normal.', 'Colon.', 'No masses.')).toEqual(['Liver normal.', 'Colon.', 'No masses.']);
    expect(said('Plan.', 'Colon.', 'Rest.')).toEqual(['Plan.', ':', 'Rest.']);
    expect(said('Regular menses.', 'Period.', 'Heavy.')).toEqual(['Regular menses.', 'Period.', 'Heavy.']);
    expect(said('No fever.', 'Period.', 'No cough.')).toEqual(['No fever.', '', 'No cough.']);
    expect(said('Period.', 'Irregular.')).toEqual(['Period.', 'Irregular.']);
  });

  test('are marks where no organ is meant', () => {
    expect(dictated('Assessment and plan, colon. Continue aspirin.')).toBe(
      'Assessment and plan: Continue aspirin.',
    );
    expect(dictated('Allergies, colon, penicillin.')).toBe('Allergies: penicillin.');
    expect(dictated('Impression, colon. Pneumonia.')).toBe('Impression: Pneumonia.');
    expect(dictated('No fever. Period. Regular rate and rhythm.')).toBe('No fever. Regular rate and rhythm.');
    expect(dictated('No fever, period, no chills, period.')).toBe('No fever. no chills.');
    expect(dictated('Start IV fluids. New line. Continue antibiotics.')).toBe(
      'Start IV fluids.\nContinue antibiotics.',
    );
  });

  test('leave an organ in a list of organs, wherever it stands', () => {
    const organs = fc.shuffledSubarray(['liver', 'spleen', 'rectum', 'stomach', 'lung', 'kidney'], {
      minLength: 1,
    });
    const parts = fc.constantFrom(', ', ', and ', '. ', ' normal. ', ', normal, ');
    fc.assert(
      fc.property(organs, fc.nat(), parts, (others, place, part) => {
        const listed = others.toSpliced(place % (others.length + 1), 0, 'colon');
        expect(dictated(`Seen in ${listed.join(part)}.`)).toContain('colon');
      }),
    );
  });

  test('capitalise the next word', () => {
    expect(dictated('Seen by doctor. Cap smith. Today.')).toBe('Seen by doctor. Smith. Today.');
  });

  test('take back the sentence before', () => {
    expect(dictated('No fever. She has a cough. Scratch that. She has none.')).toBe(
      'No fever. She has none.',
    );
    expect(dictated('Give ten. Scratch that. Give twenty.')).toBe('Give twenty.');
    expect(dictated('No cough. No rash. Scratch that. She is well.')).toBe('No cough. She is well.');
  });

  test('take back the final before where there is no sentence, and name it', () => {
    const finals = [final(0, 'No fever.'), final(1, 'She has a cough.'), final(2, 'Scratch that.')];
    expect(written(finals, DICTATED)[2]).toMatchObject({ text: '', spoken: 'Scratch that.', removes: [1] });
    const more = [...finals, final(3, 'Scratch that. She is well.')];
    expect(written(more, DICTATED)[3]).toMatchObject({ text: 'She is well.', removes: [0] });
    expect(written([final(0, 'Scratch that.')], DICTATED)[0]).not.toHaveProperty('removes');
  });

  test('take back finals in whole recordings, where nothing has been sent yet', () => {
    const finals = ['No fever.', 'She has a cough.', 'Scratch that.', 'She is well.'].map((text, i) =>
      final(i, text),
    );
    expect(writeFinals(finals, DICTATED).map(({ text }) => text)).toEqual(['No fever.', 'She is well.']);
  });

  test('stay text where they are off', () => {
    const said = final(0, 'No fever. New paragraph. Plan.');
    expect(writeFinal(nothingWritten, said, WRITTEN).written).toBe(said);
  });

  test('go together with written form', () => {
    const said = final(0, 'Give ten milligrams. New line. Pulse seventy two.');
    const both = writeFinal(nothingWritten, said, { writtenForm: true, dictationCommands: true }).written;
    expect(both.text).toBe('Give 10 mg.\nPulse 72.');
    expect(both.words.map(({ text }) => text)).toEqual(['Give', '10', 'mg.', 'Pulse', '72.']);
  });
});

const WRITTEN: WritingOptions = { writtenForm: true, dictationCommands: false };
const DICTATED: WritingOptions = { writtenForm: false, dictationCommands: true };

function texts(...said: readonly string[]): string[] {
  let start = 0;
  const finals = said.map((text, sequence) => {
    const next = final(sequence, text, { start });
    start = next.end + 0.1;
    return next;
  });
  return written(finals).map(({ text }) => text);
}

function dictated(said: string): string {
  return writeFinal(nothingWritten, final(0, said), DICTATED).written.text;
}

function written(finals: readonly FinalHypothesis[], options = WRITTEN): WrittenFinal[] {
  let state = nothingWritten;
  return finals.map((one) => {
    const next = writeFinal(state, one, options);
    state = next.state;
    return next.written;
  });
}

/** Two words a second, without pauses to speak of. */
function final(sequence: number, text: string, { start = sequence * 100 } = {}): FinalHypothesis {
  const words = text.split(' ').map((word, index) => ({
    text: word,
    start: start + index / 2,
    end: start + index / 2 + 0.4,
    confidence: 0.9,
  }));
  const end = words.at(-1)?.end ?? start;
  return { sequence, text, start, end, confidence: 0.9, words, language: 'en', reason: 'silence' };
}
