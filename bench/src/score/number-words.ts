/** What a word can mean inside a number. */
export type NumberWord =
  | { readonly is: 'zero' }
  /** `one` to `nineteen`; with a suffix for `fives` and `fifth`. */
  | {
      readonly is: 'unit' | 'ten' | 'multiplier';
      readonly amount: bigint;
      readonly suffix: '' | NumberSuffix;
    }
  | { readonly is: 'sign' | 'currency'; readonly symbol: string }
  | { readonly is: 'percent' }
  /** Half of `per cent`. */
  | { readonly is: 'per' }
  | { readonly is: 'and' }
  | { readonly is: 'repeat'; readonly times: number }
  | { readonly is: 'point' };

type NumberSuffix = 's' | 'st' | 'nd' | 'rd' | 'th';

/**
 * Every word that can be part of a number, as Whisper's English normaliser knows them. `nineth` for `ninth` is the
 * published list's own slip, kept because scores are compared with it.
 */
export const NUMBER_WORDS: ReadonlyMap<string, NumberWord> = new Map<string, NumberWord>([
  ...['o', 'oh', 'zero'].map((word) => [word, { is: 'zero' }] as const),
  ...unitWords(),
  ...tenWords(),
  ...multiplierWords(),
  ['minus', { is: 'sign', symbol: '-' }],
  ['negative', { is: 'sign', symbol: '-' }],
  ['plus', { is: 'sign', symbol: '+' }],
  ['positive', { is: 'sign', symbol: '+' }],
  ['pound', { is: 'currency', symbol: '£' }],
  ['pounds', { is: 'currency', symbol: '£' }],
  ['euro', { is: 'currency', symbol: '€' }],
  ['euros', { is: 'currency', symbol: '€' }],
  ['dollar', { is: 'currency', symbol: '$' }],
  ['dollars', { is: 'currency', symbol: '$' }],
  ['cent', { is: 'currency', symbol: '¢' }],
  ['cents', { is: 'currency', symbol: '¢' }],
  ['per', { is: 'per' }],
  ['percent', { is: 'percent' }],
  ['and', { is: 'and' }],
  ['double', { is: 'repeat', times: 2 }],
  ['triple', { is: 'repeat', times: 3 }],
  ['point', { is: 'point' }],
]);

function unitWords(): [string, NumberWord][] {
  const names =
    'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
      ' ',
    );
  const irregular: Readonly<Record<string, readonly [string, NumberSuffix]>> = {
    one: ['first', 'st'],
    two: ['second', 'nd'],
    three: ['third', 'rd'],
    five: ['fifth', 'th'],
    twelve: ['twelfth', 'th'],
  };
  const words = names.flatMap((name, index): [string, NumberWord][] => {
    const amount = BigInt(index + 1);
    const [ordinal, suffix] = irregular[name] ?? [name + (name.endsWith('t') ? 'h' : 'th'), 'th'];
    return [
      [name, { is: 'unit', amount, suffix: '' }],
      [name === 'six' ? 'sixes' : `${name}s`, { is: 'unit', amount, suffix: 's' }],
      [ordinal, { is: 'unit', amount, suffix }],
    ];
  });
  return [...words, ['zeroth', { is: 'unit', amount: 0n, suffix: 'th' }]];
}

function tenWords(): [string, NumberWord][] {
  const names = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
  return names.flatMap((name, index): [string, NumberWord][] => {
    const amount = BigInt((index + 2) * 10);
    return [
      [name, { is: 'ten', amount, suffix: '' }],
      [name.replace('y', 'ies'), { is: 'ten', amount, suffix: 's' }],
      [name.replace('y', 'ieth'), { is: 'ten', amount, suffix: 'th' }],
    ];
  });
}

function multiplierWords(): [string, NumberWord][] {
  const powers =
    'thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion'
      .split(' ')
      .map((name, index) => [name, 1000n ** BigInt(index + 1)] as const);
  return [['hundred', 100n] as const, ...powers].flatMap(([name, amount]): [string, NumberWord][] => [
    [name, { is: 'multiplier', amount, suffix: '' }],
    [`${name}s`, { is: 'multiplier', amount, suffix: 's' }],
    [`${name}th`, { is: 'multiplier', amount, suffix: 'th' }],
  ]);
}
