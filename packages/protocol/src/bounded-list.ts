import { z } from 'zod';

/** A list of at most `most` items. One that is too long is refused before its items are looked at, each by itself. */
export function boundedList<Item extends z.ZodType>(item: Item, most: number) {
  return z.array(z.unknown()).max(most).pipe(z.array(item).max(most));
}
