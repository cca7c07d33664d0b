import type { SpelledWord } from './words.js';
import { isNumberWord } from './written-form/number-words.js';

/**
 * Spells out units after numbers in English, as they are said: models sometimes write `25 milligrams` and sometimes `25 mg`,
 * so the text would depend on chance. The written form abbreviates them again.
 */
export function spellUnitsOut(words: readonly SpelledWord[]): readonly SpelledWord[] {
  return words.map((word, index) => {
    const before = words[index - 1]?.text;
    const [, symbol = '', behind = ''] = /^([A-Za-z]+)(\W*)$/.exec(word.text) ?? [];
    const unit = UNITS.get(symbol.toLowerCase());
    if (unit === undefined || before === undefined || !word.spaceBefore || !isNumber(before)) return word;
    return { ...word, text: `${unit}${/^(1|one|a)$/i.test(before) ? '' : 's'}${behind}` };
  });
}

const UNITS: ReadonlyMap<string, string> = new Map([
  ['mg', 'milligram'],
  ['mcg', 'microgram'],
  ['kg', 'kilogram'],
  ['ml', 'milliliter'],
  ['cm', 'centimeter'],
  ['mm', 'millimeter'],
]);

function isNumber(text: string): boolean {
  return /\d$/.test(text) || isNumberWord(text.toLowerCase());
}
