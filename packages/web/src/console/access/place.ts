import { observable, type Observable } from '../../page/state/observable.js';
import { SECTIONS, type Section } from './sections.js';

/** Where somebody is in the console. */
export interface Place {
  /** Undefined before a part was chosen. */
  readonly section: Section | undefined;
  /** What of it is open. */
  readonly id: string | undefined;
}

/** The place that the address names; the part after `#` never reaches a server or its log. */
export function watchPlace(): Observable<Place> {
  const place = observable(placeOf(location.hash));
  addEventListener('hashchange', () => {
    place.set(placeOf(location.hash));
  });
  return place;
}

/** Where a link to a place leads. */
export function linkTo(section: Section, id?: string): string {
  return id === undefined ? `#${section}` : `#${section}/${encodeURIComponent(id)}`;
}

/** The place that the fragment of an address names. Anything else names none. */
function placeOf(hash: string): Place {
  const [name = '', id] = hash.replace(/^#/, '').split('/', 2);
  const section = SECTIONS.find((each) => each === name);
  return { section, id: section === undefined || id === undefined || id === '' ? undefined : decoded(id) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
