import { mayTakePlace, type PlaceHolder } from '../access/shared-places.js';

/** Room that is reserved for an upload while it arrives. */
export interface Reservation {
  /** Aborted if the room is given to somebody else because its content arrives too slowly. */
  readonly taken: AbortSignal;
  /** Notes that more bytes of its content have arrived. */
  readonly received: (bytes: number) => void;
  /** Gives the room back. */
  readonly leave: () => void;
}

/** Shares a number of places among those who hold some and those who want one. */
export interface Places {
  /** Reserves room for one more upload of `who`; undefined if there is none, or if others need the rest more. */
  readonly reserve: (who: PlaceHolder) => Reservation | undefined;
}

/** An upload that has taken longer than this, and is slower than this, holds a place that others can use better. */
const SLOW = { seconds: 10, bytesPerSecond: 65_536 } as const;

/** A place that is still to be filled. */
interface OpenPlace {
  readonly who: PlaceHolder;
  readonly since: number;
  readonly abort: AbortController;
  bytes: number;
}

/** Makes `most` places. `filled` tells who holds one whose upload is complete. */
export function createPlaces(most: number, filled: () => readonly PlaceHolder[]): Places {
  const open = new Set<OpenPlace>();

  const holders = (): readonly PlaceHolder[] => [...filled(), ...[...open].map(({ who }) => who)];

  const hasRoom = (who: PlaceHolder): boolean => mayTakePlace(who, holders(), most);

  /** Takes away the room of a slow upload from whoever holds the most places, if they hold more than `who`. */
  const takeFromSlow = (who: PlaceHolder): void => {
    const held = (one: PlaceHolder): number =>
      holders().filter((other) => isSamePlaceHolder(one, other)).length;
    const [slowest] = [...open]
      .filter((place) => isSlow(place) && held(place.who) > held(who))
      .sort((one, other) => held(other.who) - held(one.who) || one.bytes - other.bytes);
    if (slowest === undefined) return;
    open.delete(slowest);
    slowest.abort.abort();
  };

  return {
    reserve: (who) => {
      if (!hasRoom(who)) takeFromSlow(who);
      if (!hasRoom(who)) return undefined;
      const place = { who, since: performance.now(), abort: new AbortController(), bytes: 0 };
      open.add(place);
      return {
        taken: place.abort.signal,
        received: (bytes) => {
          place.bytes += bytes;
        },
        leave: () => {
          open.delete(place);
        },
      };
    },
  };
}

function isSamePlaceHolder(one: PlaceHolder, other: PlaceHolder): boolean {
  return one.tenant === other.tenant && one.owner === other.owner;
}

function isSlow({ since, bytes }: OpenPlace): boolean {
  const seconds = (performance.now() - since) / 1000;
  return seconds > SLOW.seconds && bytes < SLOW.bytesPerSecond * seconds;
}
