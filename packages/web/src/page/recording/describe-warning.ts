/** Something differs from what was asked for, but the recording goes on. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** Replaces messages of the server that are written for programs. */
const SENTENCES: Readonly<Partial<Record<string, string>>> = {
  falling_behind: 'The server is slow just now, so words come late. None are lost.',
};

/** A warning in words for people; one that the page does not know stays as it is. */
export function describeWarning({ code, message }: Warning): Warning {
  return { code, message: SENTENCES[code] ?? message };
}
