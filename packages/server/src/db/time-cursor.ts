import { RequestError } from '../errors.js';

/** A place in a list that is ordered by time and id. */
interface TimePlace {
  /** RFC 3339, as the rows have it. */
  readonly at: string;
  readonly id: string;
}

/** A place in a list that is ordered by time and id, as `next` of a page. */
export function cursorOf(at: string, id: string): string {
  return `${at}_${id}`;
}

/** The place that a cursor names. Throws `invalid_request` if no list gave it. */
export function parseCursor(text: string): TimePlace {
  const [at, id, ...rest] = text.split('_');
  if (at === undefined || id === undefined || rest.length > 0 || Number.isNaN(Date.parse(at)))
    throw new RequestError('invalid_request', {
      field: 'after',
      limit: 'what "next" of the page before says',
    });
  return { at, id };
}
