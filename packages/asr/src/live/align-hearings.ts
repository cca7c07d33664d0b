import type { VotedWord, WordSlot } from './elect-words.js';

/** Aligns the words of several hearings of the same audio, so that what they heard in the same place can be compared. */
export function alignHearings<Heard extends VotedWord>(
  hearings: readonly (readonly Heard[])[],
): readonly WordSlot<Heard>[] {
  return hearings.reduce<readonly WordSlot<Heard>[]>(align, []);
}

type AnySlot = WordSlot<VotedWord>;

/** Adds a hearing to those aligned already, with as few differing words as possible. */
function align<Heard extends VotedWord>(
  slots: readonly WordSlot<Heard>[],
  words: readonly Heard[],
  hearing: number,
): WordSlot<Heard>[] {
  const nobody: WordSlot<Heard> = new Array<undefined>(hearing).fill(undefined);
  const width = words.length + 1;
  const costs = alignmentCosts(slots, words);
  const aligned: WordSlot<Heard>[] = [];
  let row = slots.length;
  let column = words.length;
  while (row > 0 || column > 0) {
    const slot = slots[row - 1];
    const word = words[column - 1];
    const cost = costs[row * width + column] ?? 0;
    if (
      slot &&
      word &&
      cost === (costs[(row - 1) * width + column - 1] ?? 0) + mismatch(slot, saysOf(slot), word)
    ) {
      aligned.push([...slot, word]);
      row -= 1;
      column -= 1;
    } else if (slot && cost === (costs[(row - 1) * width + column] ?? 0) + lonely(slot)) {
      aligned.push([...slot, undefined]);
      row -= 1;
    } else {
      aligned.push([...nobody, word]);
      column -= 1;
    }
  }
  return aligned.reverse();
}

/** The edit distances between all prefixes, [slots + 1, words + 1]. */
function alignmentCosts(slots: readonly AnySlot[], words: readonly VotedWord[]): Uint16Array {
  const width = words.length + 1;
  const costs = new Uint16Array((slots.length + 1) * width);
  const added = words.map((word) => lonely([word]));
  for (let column = 1; column < width; column += 1) {
    costs[column] = (costs[column - 1] ?? 0) + (added[column - 1] ?? 0);
  }
  for (const [index, slot] of slots.entries()) {
    const row = (index + 1) * width;
    const left = lonely(slot);
    const says = saysOf(slot);
    costs[row] = (costs[row - width] ?? 0) + left;
    for (const [before, word] of words.entries()) {
      const above = row - width + before;
      costs[row + before + 1] = Math.min(
        (costs[above] ?? 0) + mismatch(slot, says, word),
        (costs[above + 1] ?? 0) + left,
        (costs[row + before] ?? 0) + (added[before] ?? 0),
      );
    }
  }
  return costs;
}

/**
 * What it costs that others heard nothing in a place. It is more for numbers and negations, which should be aligned
 * with other words.
 */
function lonely(slot: AnySlot): number {
  return saysOf(slot) ? SAYING_COST : 1;
}

function mismatch(slot: AnySlot, says: boolean, word: VotedWord): number {
  if (slot.some((other) => other?.key === word.key)) return 0;
  return says === word.says ? 1 : SAYING_COST;
}

function saysOf(slot: AnySlot): boolean {
  return slot.some((word) => word?.says === true);
}

/** How many other words a number or a negation counts for in an alignment. */
const SAYING_COST = 3;
