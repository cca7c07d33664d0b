import { msg } from '@lit/localize';
import { explain } from './explanations.js';

/** The result of asking the server for something. */
export type Answer<Body> = { readonly kind: 'ok'; readonly body: Body } | Refusal;

/** The server refused, or did not answer. */
export type Refusal =
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Stable name of the error. */
      readonly code: string;
      /** What went wrong and what to do, for people, in the language that is shown. */
      readonly message: string;
      /** Seconds until it is worth asking again, if the server says so. */
      readonly waitSeconds: number | undefined;
    }
  | { readonly kind: 'unreachable'; readonly message: string };

function unreachable(): Refusal {
  return {
    kind: 'unreachable',
    message: msg('The server cannot be reached. Check the network, then try again.'),
  };
}

/**
 * Asks the server, with a body in JSON if there is one; rejects only when it is aborted.
 *
 * @param path relative to the page
 */
export async function ask<Body>(path: string, init: RequestInit = {}): Promise<Answer<Body>> {
  try {
    const response = await fetch(path, init);
    return answerOf(response.status, await response.text(), response.headers.get('retry-after'));
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    return unreachable();
  }
}

/** What `ask` needs to send JSON. */
export function posting(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The same, to replace what is there. */
export function putting(body: object): RequestInit {
  return { ...posting(body), method: 'PUT' };
}

/** Reads an answer of the server, however it was asked for. */
export function answerOf<Body>(status: number, text: string, retryAfter: string | null): Answer<Body> {
  const body = parse(text);
  if (status >= 200 && status < 300) return { kind: 'ok', body: body as Body };
  if (status === 0) return unreachable();
  const { error } = body as { readonly error?: { readonly code?: string; readonly message?: string } };
  const noSense = msg('The server gave no answer that makes sense. Try again later.');
  return {
    kind: 'refused',
    status,
    code: error?.code ?? 'internal_error',
    message: error?.code === undefined ? noSense : explain(error.code, error.message ?? noSense),
    waitSeconds: retryAfter === null ? undefined : Number(retryAfter),
  };
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
