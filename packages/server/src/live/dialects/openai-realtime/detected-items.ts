import type { SessionEvent } from '../../events.js';
import { createDeltaText, type DeltaText } from './delta-text.js';
import type { ItemEvent, ItemIds, Items } from './item-events.js';

/** An item for each utterance. */
interface Turn {
  readonly id: string;
  readonly text: DeltaText;
  /** The number of the utterance by its partials; undefined until there is one. */
  sequence: number | undefined;
  /** Where its speech stopped, seconds; undefined while it has not, or if the utterance was cut before. */
  stoppedAt: number | undefined;
  /** Whether its text is not wanted. */
  isDiscarded: boolean;
}

/** How an utterance has ended: with text, with none, or lost. */
interface Outcome {
  /** Undefined if its audio was lost. */
  readonly text: string | undefined;
  readonly start: number;
  readonly end: number;
}

/**
 * Items of turns that the server ends: one for each of its utterances.
 *
 * @param takeSeconds the length of the audio since the last commit or the last call
 */
export function createDetectedItems(ids: ItemIds, takeSeconds: () => number): Items {
  /** The turn that is being spoken. */
  let open: Turn | undefined;
  /** Turns that are committed and whose text is still to come. */
  const waiting: Turn[] = [];
  let commits = 0;
  let commitsBefore = 0;
  let isClearing = false;

  const newTurn = (): Turn => ({
    id: ids.next(),
    text: createDeltaText(),
    sequence: undefined,
    stoppedAt: undefined,
    isDiscarded: isClearing,
  });

  const commitTurn = ({ id }: Turn): ItemEvent => {
    commits += 1;
    return { kind: 'committed', item: ids.commit(id) };
  };

  const start = (at: number): readonly ItemEvent[] => {
    open = newTurn();
    return [{ kind: 'speech-started', itemId: open.id, atMs: milliseconds(at) }];
  };

  const stop = (at: number): readonly ItemEvent[] => {
    const turn = open;
    if (turn === undefined) return [];
    open = undefined;
    turn.stoppedAt = at;
    waiting.push(turn);
    return [{ kind: 'speech-stopped', itemId: turn.id, atMs: milliseconds(at) }, commitTurn(turn)];
  };

  const extend = (sequence: number, text: string): readonly ItemEvent[] => {
    if (open === undefined) return [];
    open.sequence ??= sequence;
    // While records cannot be written, the partials of a turn may come before it has begun.
    return open.sequence === sequence ? deltaOf(open, text) : [];
  };

  const settle = (outcome: Outcome): readonly ItemEvent[] => {
    const turn = waiting.shift();
    if (turn === undefined) return settleOpen(outcome);
    const isCut = turn.stoppedAt !== undefined && turn.stoppedAt - outcome.end > SAME_PLACE_SECONDS;
    return [...complete(turn, outcome), ...(isCut ? commitRest(turn.stoppedAt) : [])];
  };

  /** It was cut, as it had become too long, and the next turn goes on where it ends. */
  const settleOpen = (outcome: Outcome): readonly ItemEvent[] => {
    const turn = open ?? newTurn();
    if (open !== undefined) open = newTurn();
    return [commitTurn(turn), ...complete(turn, outcome)];
  };

  /** It was cut, too, but that becomes known only now that its rest has stopped as well. */
  const commitRest = (stoppedAt: number | undefined): readonly ItemEvent[] => {
    const rest = { ...newTurn(), stoppedAt };
    waiting.unshift(rest);
    return [commitTurn(rest)];
  };

  const take = (event: SessionEvent): readonly ItemEvent[] => {
    switch (event.kind) {
      case 'speech':
        return event.activity.state === 'started' ? start(event.activity.at) : stop(event.activity.at);
      case 'partial':
        return extend(event.hypothesis.sequence, event.hypothesis.text);
      case 'final':
        return settle(event.hypothesis);
      case 'empty':
        return settle({ ...event.utterance, text: '' });
      case 'lost':
        return settle({ start: event.start, end: event.end, text: undefined });
      default:
        return [];
    }
  };

  return {
    take,
    commit: () => {
      takeSeconds();
      commitsBefore = commits;
      return [];
    },
    committed: () => {
      if (commits > commitsBefore) return [];
      // Nobody spoke. A client that commits waits for an item all the same.
      const turn = newTurn();
      return [commitTurn(turn), { kind: 'completed', itemId: turn.id, transcript: '', seconds: 0 }];
    },
    clear: () => {
      isClearing = true;
      if (open !== undefined) open.isDiscarded = true;
      return [{ kind: 'cleared' }];
    },
    cleared: () => {
      isClearing = false;
      return [];
    },
    finish: () => [],
  };
}

/** Times that differ by less are the same. */
const SAME_PLACE_SECONDS = 0.01;

function complete(turn: Turn, { text, start, end }: Outcome): readonly ItemEvent[] {
  const itemId = turn.id;
  const seconds = end - start;
  if (turn.isDiscarded) return [{ kind: 'completed', itemId, transcript: '', seconds }];
  if (text === undefined) return [{ kind: 'failed', itemId }];
  return [...deltaOf(turn, text), { kind: 'completed', itemId, transcript: text, seconds }];
}

function deltaOf({ id, text: sent, isDiscarded }: Turn, text: string): readonly ItemEvent[] {
  const delta = isDiscarded ? '' : sent.extend(text);
  return delta === '' ? [] : [{ kind: 'delta', itemId: id, delta }];
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
