/** Where somebody is in a list that the server gives page by page. */
export interface Paging {
  /** For the server: the page that is shown. */
  readonly after: string | undefined;
  /** From 1. */
  readonly number: number;
  readonly hasBefore: boolean;
  /** Goes to the page for which the server gave this cursor. */
  readonly forward: (next: string) => void;
  readonly back: () => void;
  readonly restart: () => void;
}

/** Begins at the first page. */
export function createPaging(): Paging {
  let cursors: readonly string[] = [];
  return {
    get after() {
      return cursors.at(-1);
    },
    get number() {
      return cursors.length + 1;
    },
    get hasBefore() {
      return cursors.length > 0;
    },
    forward: (next) => {
      cursors = [...cursors, next];
    },
    back: () => {
      cursors = cursors.slice(0, -1);
    },
    restart: () => {
      cursors = [];
    },
  };
}
