import type { KnownVoice } from '@auscult/asr';
import type { SessionSettings } from '@auscult/protocol';
import { auditedBy } from '../access/access-audit.js';
import type { EnrolledVoices } from '../access/enrolled-voices.js';
import type { Identity } from '../access/identity.js';
import { scopeOf } from '../access/permissions.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';

/** The voices that are known before anybody has spoken: that of whoever holds the session, if it is enrolled. */
export interface SessionVoices {
  /** Fetches them if a session with these settings needs them; undefined if nothing has to be fetched. Never fails. */
  readonly prepare: (settings: Pick<SessionSettings, 'speakers' | 'channels'>) => Promise<void> | undefined;
  readonly known: () => readonly KnownVoice[];
}

/** What the voices of a session depend on. */
export interface SessionVoiceServices {
  readonly config: Pick<Config, 'voiceEnrolment'>;
  readonly voices: Pick<EnrolledVoices, 'use'>;
  readonly log: Log;
  /** Name of the encoder by which the recognizer tells voices apart. */
  readonly encoder: string;
}

/** Fetches nothing yet. `from` is the address of whoever holds the session. */
export function createSessionVoices(
  { config, voices, log, encoder }: SessionVoiceServices,
  sessionId: string,
  identity: Identity,
  from: string,
): SessionVoices {
  const mayBeKnown = config.voiceEnrolment && scopeOf('voice.enrol', identity.role) !== 'none';
  let known: readonly KnownVoice[] = [];
  let fetching: Promise<void> | undefined;
  let isFetched = false;

  const fetch = async (): Promise<void> => {
    try {
      const voice = await voices.use(identity, encoder, sessionId, auditedBy(identity, { ip: from }));
      if (voice) known = [voice];
    } catch (error) {
      // Without it, speakers are told apart all the same, but for the name.
      log.unexpected(error, { session: sessionId });
    }
    isFetched = true;
  };

  return {
    prepare: ({ speakers, channels }) => {
      // Of two channels, each is a speaker, whoever that is.
      if (!mayBeKnown || speakers === 'off' || channels > 1 || isFetched) return undefined;
      return (fetching ??= fetch());
    },
    known: () => known,
  };
}
