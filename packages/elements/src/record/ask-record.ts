import type { ProblemCode } from '@auscult/client';
import type { AskServer } from '../shared-recording/ask-server.js';

/** What the server says to a question about a record. */
export type Answer<Body> = { readonly kind: 'ok'; readonly body: Body } | Refusal;

/** The server refused. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** `connection_lost` if the server could not be reached in all that time. */
  readonly code: ProblemCode;
  /** What went wrong and what to do, in English. */
  readonly message: string;
  /** Whether it may be different a little later. */
  readonly isPassing: boolean;
}

/** How often a server that is away is asked again, and the pause before, milliseconds. */
const TRIES = 20;
const PAUSE_MS = 3000;
/** When a page is closed, browsers go on sending what is shorter, bytes; what is longer, they would not send at all. */
const KEPT_ALIVE_BELOW = 60_000;

/**
 * Asks about a record until the server answers, or for a minute. What has a body is sent by `POST`, also if the page is closed
 * meanwhile.
 *
 * @param onAway called when the server could not answer, before it is asked again; true gives up
 */
export async function askRecord<Body>(
  ask: AskServer,
  path: string,
  body?: object,
  onAway: () => boolean = () => false,
): Promise<Answer<Body>> {
  const text = body && JSON.stringify(body);
  const keepalive = new Blob([text ?? '']).size < KEPT_ALIVE_BELOW;
  const init = text === undefined ? {} : { method: 'POST', body: text, keepalive };
  for (let tries = 1; ; tries++) {
    const answer = await ask(path, init)
      .then(answerOf<Body>)
      .catch(() => AWAY);
    if (answer.kind === 'ok' || !answer.isPassing || tries === TRIES || onAway()) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

const AWAY: Refusal = {
  kind: 'refused',
  status: 0,
  code: 'connection_lost',
  message: 'The server cannot be reached.',
  isPassing: true,
};

async function answerOf<Body>(response: Response): Promise<Answer<Body>> {
  const { ok, status } = response;
  const body = (await response.json()) as { error?: Refusal & { readonly retryable: boolean } };
  if (ok) return { kind: 'ok', body: body as Body };
  const { code, message, retryable } = body.error ?? AWAY_AS_TOLD;
  return { kind: 'refused', status, code, message, isPassing: retryable };
}

/** An answer of somebody else, such as a proxy. */
const AWAY_AS_TOLD = { ...AWAY, retryable: true };
