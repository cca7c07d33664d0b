import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import type { NatsConnection } from '@nats-io/transport-node';
import type { LiveState } from '../live/live-state.js';
import type { MasterKeys } from '../records/master-keys.js';
import { KEY_BYTES, openBytes, sealBytes } from '../storage/seal.js';
import type { Log } from '../telemetry/log.js';
import { CLUSTER_PROTOCOL, SUBJECT_PREFIX } from './cluster-protocol.js';
import { createReader } from './read-message.js';

/** Lets servers look at each other's live sessions, and end them. */
export interface WatchedSessions {
  /** What the server with this id knows of those of these sessions that it holds; undefined if it does not answer. */
  readonly statesAt: (serverId: string, ids: readonly string[]) => Promise<TellingServer | undefined>;
  /** Has the server with this id end a session. */
  readonly stopAt: (serverId: string, id: string) => Promise<StopOutcome>;
  /** Answers whoever asks the server with this id. */
  readonly answer: (serverId: string, answers: WatchAnswers) => void;
}

/** A server that has answered. */
interface TellingServer {
  /** Its name in the cluster. */
  readonly name: string;
  readonly states: ReadonlyMap<string, LiveState>;
}

/** `silent`: the server is gone, or does not answer. */
type StopOutcome = 'stopped' | 'not-there' | 'silent';

/** How a server answers. */
interface WatchAnswers {
  readonly name: string;
  readonly stateOf: (id: string) => LiveState | undefined;
  /** Ends a session; returns whether it is there. */
  readonly stop: (id: string) => boolean;
}

const envelope = z.object({ protocol: z.int(), key: z.string().max(100), sealed: z.base64() });

const question = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('states'), ids: z.array(z.string().max(64)).max(500) }),
  z.object({ ask: z.literal('stop'), id: z.string().max(64) }),
]);
type Question = z.output<typeof question>;

const state = z.object({
  protocol: z.string().max(100),
  client: z.string().max(200).optional(),
  isConnected: z.boolean(),
  isEnding: z.boolean(),
  audioSeconds: z.number(),
  finalDelaySeconds: z.number().optional(),
});

const states = z.object({
  name: z.string().max(64),
  states: z.array(z.tuple([z.string().max(64), state])).max(500),
});
const outcome = z.object({ outcome: z.enum(['stopped', 'not-there']) });

const MOST_BYTES = 512 * 1024;

/** Reads the sealed form of a question or an answer. */
export const readEnvelope = createReader(envelope, MOST_BYTES);

/** How long a server has to answer, milliseconds. */
const PATIENCE_MS = 2000;

/**
 * Asks and answers over NATS. Everything is sealed under the master key, so that only servers can ask, and only they can
 * read who speaks.
 */
export function createWatchedSessions(
  nats: NatsConnection,
  masterKeys: Pick<MasterKeys, 'current' | 'find'>,
  log: Log,
): WatchedSessions {
  const { seal, open } = createSealing(masterKeys);

  const ask = async (serverId: string, content: Question): Promise<unknown> => {
    try {
      const sealed = seal(content, `ask ${serverId}`);
      const answer = await nats.request(subjectOf(serverId), sealed, { timeout: PATIENCE_MS });
      return await open(answer.data, `answer ${serverId}`);
    } catch {
      return undefined;
    }
  };

  return {
    statesAt: async (serverId, ids) => {
      const answer = states.safeParse(await ask(serverId, { ask: 'states', ids: [...ids] }));
      if (!answer.success) return undefined;
      const told = answer.data.states.map(([id, each]) => [id, withAllFields(each)] as const);
      return { name: answer.data.name, states: new Map(told) };
    },
    stopAt: async (serverId, id) => {
      const answer = outcome.safeParse(await ask(serverId, { ask: 'stop', id }));
      return answer.success ? answer.data.outcome : 'silent';
    },
    answer: (serverId, answers) => {
      const answerTo = async (data: Uint8Array): Promise<string | undefined> => {
        const asked = question.safeParse(await open(data, `ask ${serverId}`));
        return asked.success ? seal(answerOf(asked.data, answers), `answer ${serverId}`) : undefined;
      };
      nats.subscribe(subjectOf(serverId), {
        callback: (error, message) => {
          if (error) return log.unexpected(error);
          answerTo(message.data).then(
            // Who has not sealed the question with the master key is not answered.
            (answer) => answer !== undefined && message.respond(answer),
            (failure: unknown) => {
              log.unexpected(failure);
            },
          );
        },
      });
    },
  };
}

function answerOf(
  asked: Question,
  { name, stateOf, stop }: WatchAnswers,
): z.input<typeof states | typeof outcome> {
  if (asked.ask === 'stop') return { outcome: stop(asked.id) ? 'stopped' : 'not-there' };
  const known = asked.ids.flatMap((id) => {
    const of = stateOf(id);
    return of === undefined ? [] : [[id, of] as [string, LiveState]];
  });
  return { name, states: known };
}

function withAllFields({ client, finalDelaySeconds, ...others }: z.output<typeof state>): LiveState {
  return { ...others, client, finalDelaySeconds };
}

/** Separates these keys from all others that are derived from the master key (RFC 5869, 3.2). */
const LABEL = 'auscult live sessions between servers v1';

function createSealing(masterKeys: Pick<MasterKeys, 'current' | 'find'>) {
  const keyOf = (bytes: Uint8Array): Buffer => Buffer.from(hkdfSync('sha256', bytes, '', LABEL, KEY_BYTES));
  return {
    seal: (content: unknown, place: string): string => {
      const { id, bytes } = masterKeys.current();
      const sealed = sealBytes(keyOf(bytes), Buffer.from(JSON.stringify(content)), Buffer.from(place));
      const message: z.input<typeof envelope> = {
        protocol: CLUSTER_PROTOCOL,
        key: id,
        sealed: sealed.toString('base64'),
      };
      return JSON.stringify(message);
    },
    /** Undefined if it was not sealed for that place by a server. */
    open: async (data: Uint8Array, place: string): Promise<unknown> => {
      const read = readEnvelope(data);
      if (!read.ok || read.message.protocol !== CLUSTER_PROTOCOL) return undefined;
      const master = await masterKeys.find(read.message.key);
      if (master === undefined) return undefined;
      try {
        const sealed = Buffer.from(read.message.sealed, 'base64');
        return JSON.parse(openBytes(keyOf(master.bytes), sealed, Buffer.from(place)).toString()) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}

function subjectOf(serverId: string): string {
  return `${SUBJECT_PREFIX}.server.${serverId}.sessions`;
}
