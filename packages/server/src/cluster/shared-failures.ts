import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { NatsConnection } from '@nats-io/transport-node';
import type { FailureLimit } from '../access/failure-limit.js';
import { SUBJECT_PREFIX } from './cluster-protocol.js';
import { createReader } from './read-message.js';

/** Lets all servers of a cluster count the same failures, so that nobody gets more attempts by going to another one. */
export interface SharedFailures {
  /** A limit that counts under `name` what this server and all others see. */
  readonly share: (name: string, limit: FailureLimit) => FailureLimit;
}

const change = z.object({
  from: z.string().max(64),
  what: z.enum(['fail', 'forgive', 'succeed']),
  key: z.string().regex(/^[0-9a-f]{64}$/),
});
type Change = z.infer<typeof change>;

/** Reads what another server has seen. */
export const readChange = createReader(change, 4096);

/**
 * Shares failures over NATS. `instance` is the random name of this process. What is sent while NATS is away comes later. Names and
 * addresses are sent only as digests.
 */
export function createSharedFailures(nats: NatsConnection, instance: string): SharedFailures {
  return {
    share: (name, limit) => {
      const subject = `${SUBJECT_PREFIX}.failures.${name}`;
      const tell = (what: Change['what'], key: string): void => {
        if (nats.isClosed()) return;
        nats.publish(subject, JSON.stringify({ from: instance, what, key } satisfies Change));
      };
      nats.subscribe(subject, {
        callback: (error, message) => {
          if (error) return;
          const told = readChange(message.data);
          if (told.ok && told.message.from !== instance) limit[told.message.what](told.message.key);
        },
      });
      return {
        waitSeconds: (key) => limit.waitSeconds(digestOf(key)),
        fail: (key) => {
          tell('fail', digestOf(key));
          return limit.fail(digestOf(key));
        },
        forgive: (key) => {
          tell('forgive', digestOf(key));
          limit.forgive(digestOf(key));
        },
        succeed: (key) => {
          tell('succeed', digestOf(key));
          limit.succeed(digestOf(key));
        },
      };
    },
  };
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
