import type { SessionEvent } from '../../events.js';

/** An item of the conversation: what is said in one turn. */
export interface Item {
  readonly id: string;
  /** The item that was committed before it; null if it is the first. */
  readonly previousId: string | null;
}

/** What a client is told about items, before it has a name and a number. Milliseconds count on the stream's own clock. */
export type ItemEvent =
  | { readonly kind: 'speech-started'; readonly itemId: string; readonly atMs: number }
  | { readonly kind: 'speech-stopped'; readonly itemId: string; readonly atMs: number }
  | { readonly kind: 'delta'; readonly itemId: string; readonly delta: string }
  | { readonly kind: 'committed'; readonly item: Item }
  | {
      readonly kind: 'completed';
      readonly itemId: string;
      readonly transcript: string;
      /** Length of the audio. */
      readonly seconds: number;
    }
  | { readonly kind: 'failed'; readonly itemId: string }
  | { readonly kind: 'cleared' };

/** Makes items of what is heard in a session. */
export interface Items {
  /** Takes the next event of the session. */
  readonly take: (event: SessionEvent) => readonly ItemEvent[];
  /** The client has committed its audio, whose text is still to come. */
  readonly commit: () => readonly ItemEvent[];
  /** All text of the audio that was committed has been taken. */
  readonly committed: () => readonly ItemEvent[];
  /** The client has cleared its audio, whose text may still come. */
  readonly clear: () => readonly ItemEvent[];
  /** All text of the audio that was cleared has been taken. */
  readonly cleared: () => readonly ItemEvent[];
  /** All text has been taken, and turns are ended in another way from now on, or the session ends. */
  readonly finish: () => readonly ItemEvent[];
}

/** Makes the items of a session in the order in which they are committed. */
export interface ItemIds {
  /** A new id. */
  readonly next: () => string;
  /** Puts the item with this id behind those that were committed. */
  readonly commit: (id: string) => Item;
}

/** Numbers items within a session. */
export function createItemIds(sessionId: string): ItemIds {
  let count = 0;
  let previousId: string | null = null;
  return {
    next: () => {
      count += 1;
      return `item_${sessionId.replaceAll('-', '').slice(0, SHORT_ID)}_${count}`;
    },
    commit: (id) => {
      const item = { id, previousId };
      previousId = id;
      return item;
    },
  };
}

/** Hexadecimal digits of a session's id that tell apart the items of sessions that a client has at the same time. */
const SHORT_ID = 12;
