import { z } from 'zod';

/** A list of at most `most` items. If it is too long, it is refused before its items are examined. */
export function boundedList<Item extends z.ZodType>(item: Item, most: number) {
  return z.array(z.unknown()).max(most).pipe(z.array(item).max(most));
}
