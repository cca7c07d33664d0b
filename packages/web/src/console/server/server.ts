import { ask, type Answer } from '../../page/server/ask.js';

/** How the parts of the console ask the server. */
export interface Server {
  /** As `ask`; a login that has ended is noticed, and answered by the form to log in. */
  readonly ask: <Body>(path: string, init?: RequestInit) => Promise<Answer<Body>>;
}

/** `onLoggedOut` is called when the server says that nobody is logged in. */
export function createServer(onLoggedOut: () => void): Server {
  return {
    ask: async <Body>(path: string, init?: RequestInit) => {
      const answer = await ask<Body>(path, init);
      if (answer.kind === 'refused' && answer.status === 401) onLoggedOut();
      return answer;
    },
  };
}

/** A path with a query of those parameters that have a value. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
