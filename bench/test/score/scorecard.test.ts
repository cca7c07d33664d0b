import { describe, expect, it } from 'vitest';
import type { Clip } from '../../src/clips/manifest.js';
import { scoreClips } from '../../src/score/scorecard.js';

const clip = (fields: Partial<Clip> & { id: string }): Clip => ({
  file: `${fields.id}.flac`,
  kind: 'read',
  text: '',
  durationSeconds: 36,
  terms: [],
  ...fields,
});

describe('scoreClips', () => {
  it('sums the errors of a kind before dividing, and lists clips without a transcript', () => {
    const clips = [
      clip({ id: 'long', text: 'one two three four five six seven eight' }),
      clip({ id: 'short', text: 'Good.' }),
      clip({ id: 'other', kind: 'medical', text: 'chest pain' }),
      clip({ id: 'unheard', text: 'never' }),
    ];
    const score = scoreClips(
      clips,
      new Map([
        ['long', '12345678'],
        ['short', 'bad'],
        ['other', 'Chest pain!'],
      ]),
    );
    expect(score.kinds.read).toMatchObject({ clips: 2, words: 2, wer: 0.5, substitutions: 1 });
    expect(score.kinds.medical?.wer).toBe(0);
    expect(score.all?.words).toBe(4);
    expect(score.missing).toEqual(['unheard']);
  });

  it('counts words in noise as invented, per hour and by clip', () => {
    const clips = [clip({ id: 'fan', kind: 'noise' }), clip({ id: 'hum', kind: 'noise' })];
    const score = scoreClips(
      clips,
      new Map([
        ['fan', 'Thank you. (music)'],
        ['hum', ''],
      ]),
    );
    expect(score.noise).toMatchObject({ clips: 2, inventedWords: 2, heardIn: [{ id: 'fan', words: 2 }] });
    expect(score.noise?.inventedPerHour).toBeCloseTo(100);
    expect(score.all).toBeUndefined();
  });

  it('finds a term only as whole adjacent words', () => {
    const clips = [clip({ id: 'a', text: 'x', terms: ['vitamin D', 'insulin', 'apixaban'] })];
    const score = scoreClips(clips, new Map([['a', 'Vitamin-D and insuline with apixaban']]));
    expect(score.terms).toEqual({ terms: 3, found: 2, recall: 2 / 3 });
  });

  it('counts runs of four and more words that were said and not heard', () => {
    const clips = [
      clip({ id: 'a', text: 'have you had any pain in your chest since you last saw us here' }),
      clip({ id: 'b', text: 'no I have not had any' }),
    ];
    const score = scoreClips(
      clips,
      new Map([
        ['a', 'have you since you last us here'],
        ['b', 'no any'],
      ]),
    );
    expect(score.kinds.read?.lost).toEqual({ runs: 2, words: 10 });
  });

  it('takes spellings of one word for the same', () => {
    const clips = [clip({ id: 'a', text: 'OK, mm-hmm, all right then' })];
    expect(scoreClips(clips, new Map([['a', 'Okay. Alright, ah, then']])).all?.wer).toBe(0);
  });

  it('counts errors at changes of speaker, and what is heard between the turns', () => {
    const turns = ['when did the pain in your chest start', 'okay', 'last night while I was at home'];
    const clips = [clip({ id: 'a', text: turns.join(' '), turns })];
    const turnsOf = (heard: string) => scoreClips(clips, new Map([['a', heard]])).turns;
    expect(turnsOf(turns.join(' '))).toMatchObject({ changes: 2, words: 7, wer: 0 });
    expect(turnsOf('when bid the pain in your chest start last night while he was at home')).toMatchObject({
      changes: 2,
      words: 7,
      deletions: 1,
      substitutions: 0,
    });
    expect(
      turnsOf('when did the pain in your chest start well okay last night while I was at home'),
    ).toMatchObject({
      insertions: 1,
      deletions: 0,
    });
    expect(scoreClips([clip({ id: 'a', text: 'alone' })], new Map([['a', 'alone']])).turns).toBeUndefined();
  });
});
