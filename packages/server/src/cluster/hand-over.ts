import { z } from 'zod';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Log } from '../telemetry/log.js';
import { CLUSTER_PROTOCOL, SUBJECT_PREFIX } from './cluster-protocol.js';
import { createReader } from './read-message.js';

/** A session that a client wants to resume at another server than the one that holds it, and what proves that it is theirs. */
interface WantedSession {
  readonly sessionId: string;
  /** SHA-256 of the token that the client has shown, in hexadecimal. */
  readonly tokenDigest: string;
  /** Whose credential it has shown. */
  readonly tenant: string;
  readonly subject: string;
}

/**
 * What became of a wanted session. `gone`: its server has no connection to NATS any more. `silent`: it has one, but does not answer.
 */
type HandOverOutcome = 'handed-over' | 'not-there' | 'other-version' | 'gone' | 'silent';

/** Lets servers ask each other for sessions. */
export interface HandOvers {
  /** Asks the server with this id for a session. */
  readonly ask: (serverId: string, wanted: WantedSession) => Promise<HandOverOutcome>;
  /** Answers whoever asks the server with this id. `handOver` resolves with whether the session may be taken now. */
  readonly answer: (serverId: string, handOver: (wanted: WantedSession) => Promise<boolean>) => void;
}

const request = z.object({
  protocol: z.int(),
  sessionId: z.uuid(),
  tokenDigest: z.string().regex(/^[0-9a-f]{64}$/),
  tenant: z.string().max(200),
  subject: z.string().max(400),
});
const reply = z.object({ outcome: z.enum(['handed-over', 'not-there', 'other-version']) });

/** Reads who wants a session. */
export const readRequest = createReader(request, 4096);

/** Reads what became of it. */
export const readReply = createReader(reply, 4096);

/** How long a server has to hand a session over, milliseconds: it writes what it holds, and hears nothing more. */
const PATIENCE_MS = 3000;

/** Asks and answers over NATS. */
export function createHandOvers(nats: NatsConnection, log: Log): HandOvers {
  return {
    ask: async (serverId, wanted) => {
      try {
        const message = JSON.stringify({ protocol: CLUSTER_PROTOCOL, ...wanted });
        const answer = await nats.request(subjectOf(serverId), message, { timeout: PATIENCE_MS });
        const read = readReply(answer.data);
        return read.ok ? read.message.outcome : 'silent';
      } catch (error) {
        return hasNoResponders(error) ? 'gone' : 'silent';
      }
    },
    answer: (serverId, handOver) => {
      const outcomeOf = async (data: Uint8Array): Promise<string> => {
        const asked = readRequest(data);
        if (!asked.ok || asked.message.protocol !== CLUSTER_PROTOCOL) return 'other-version';
        return (await handOver(asked.message)) ? 'handed-over' : 'not-there';
      };
      nats.subscribe(subjectOf(serverId), {
        callback: (error, message) => {
          if (error) return log.unexpected(error);
          outcomeOf(message.data).then(
            (outcome) => message.respond(JSON.stringify({ outcome })),
            (failure: unknown) => {
              log.unexpected(failure);
            },
          );
        },
      });
    },
  };
}

/** Whether NATS says that nobody listens. */
function hasNoResponders(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return [error, error.cause].some((each) => each instanceof Error && each.name === 'NoRespondersError');
}

function subjectOf(serverId: string): string {
  return `${SUBJECT_PREFIX}.server.${serverId}.hand-over`;
}
