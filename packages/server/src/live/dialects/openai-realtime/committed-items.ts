import type { SessionEvent } from '../../events.js';
import { createDeltaText, type DeltaText } from './delta-text.js';
import type { ItemEvent, ItemIds, Items } from './item-events.js';

/** What was heard since the last commit. */
interface Turn {
  readonly id: string;
  /** The utterances that are final, in order. */
  readonly finals: string[];
  /** Whether anything was sent of it. */
  isShown: boolean;
  /** Whether some of its audio was lost. */
  isLost: boolean;
}

/** The utterance whose deltas are being sent. */
interface Shown {
  readonly text: DeltaText;
  readonly sequence: number;
}

/**
 * Items of turns that the client ends: one for each of its commits, with all utterances in between.
 *
 * @param takeSeconds the length of the audio since the last commit or the last call
 */
export function createCommittedItems(ids: ItemIds, takeSeconds: () => number): Items {
  let turn = newTurn();
  let shown: Shown | undefined;
  let committedSeconds = 0;
  let isClearing = false;

  function newTurn(): Turn {
    return { id: ids.next(), finals: [], isShown: false, isLost: false };
  }

  const extend = (sequence: number, text: string): readonly ItemEvent[] => {
    const begins = shown?.sequence !== sequence;
    if (shown === undefined || begins) shown = { text: createDeltaText(), sequence };
    const rest = shown.text.extend(text);
    if (rest === '') return [];
    const delta = begins && turn.isShown ? ` ${rest}` : rest;
    turn.isShown = true;
    return [{ kind: 'delta', itemId: turn.id, delta }];
  };

  const settle = (sequence: number, text: string): readonly ItemEvent[] => {
    const deltas = extend(sequence, text);
    if (text !== '') turn.finals.push(text);
    shown = undefined;
    return deltas;
  };

  const take = (event: SessionEvent): readonly ItemEvent[] => {
    if (isClearing) return [];
    switch (event.kind) {
      case 'partial':
        return extend(event.hypothesis.sequence, event.hypothesis.text);
      case 'final':
        return settle(event.hypothesis.sequence, event.hypothesis.text);
      case 'empty':
        shown = undefined;
        return [];
      case 'lost':
        shown = undefined;
        turn.isLost = true;
        return [];
      default:
        return [];
    }
  };

  const commit = (): readonly ItemEvent[] => {
    committedSeconds = takeSeconds();
    return [{ kind: 'committed', item: ids.commit(turn.id) }];
  };

  const committed = (): readonly ItemEvent[] => {
    const { id: itemId, finals, isLost } = turn;
    turn = newTurn();
    if (isLost) return [{ kind: 'failed', itemId }];
    return [{ kind: 'completed', itemId, transcript: finals.join(' '), seconds: committedSeconds }];
  };

  return {
    take,
    commit,
    committed,
    clear: () => {
      isClearing = true;
      shown = undefined;
      turn = newTurn();
      return [{ kind: 'cleared' }];
    },
    cleared: () => {
      isClearing = false;
      return [];
    },
    finish: () => (turn.finals.length > 0 || turn.isLost ? [...commit(), ...committed()] : []),
  };
}
