import type { KeyTermList, ModelDescription } from '@auscult/asr';
import { applyConfigure, type SessionSettings } from '@auscult/protocol';
import type { Identity } from '../access/identity.js';
import type { Asked } from '../compatibility/asked.js';
import type { Config } from '../config/schema.js';
import { inabilityOf, settingsInForce } from '../model-abilities.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import type { TextReader } from '../reading/text-reader.js';
import type { ConfigureCommand } from './commands.js';
import { problemEvent, type SetupInForce } from './events.js';
import type { Emit } from './outbox.js';
import type { SessionVoices } from './session-voices.js';
import { whenRead, type Superseded } from './when-read.js';

/** The settings and key terms of a session. */
export interface SessionSetup {
  readonly settings: () => SessionSettings;
  /** All key terms that are listened for. */
  readonly keyTerms: () => KeyTermList;
  /** The key terms that the client sent. */
  readonly sentTerms: () => SentKeyTerms;
  /** What else a client of another service has asked for. */
  readonly asked: () => Asked | undefined;
  readonly inForce: () => SetupInForce;
  /**
   * Changes the setup and sends the one that is then in force, or tells what the model cannot do. The setup changes only at the
   * moment when that is sent.
   */
  readonly configure: (command: ConfigureCommand, superseded: Superseded) => void | Promise<void>;
}

/** The initial setup of a session, and what changes are checked against. */
export interface SetupServices {
  readonly config: Config;
  readonly settings: SessionSettings;
  readonly model: ModelDescription;
  readonly identity: Identity;
  /** Key terms of the server and of the tenant. */
  readonly sharedTerms: KeyTermList;
  /** The key terms that the client sent with its request for a connection. */
  readonly sentTerms: SentKeyTerms;
  /** Both together. */
  readonly keyTerms: KeyTermList;
  readonly asked: Asked | undefined;
  readonly reader: TextReader;
  readonly voices: SessionVoices;
  readonly emit: Emit;
}

/** Starts with the settings and terms that the session was admitted with. */
export function createSessionSetup(services: SetupServices): SessionSetup {
  const { config, model, identity, sharedTerms, reader, voices, emit } = services;
  let { settings, sentTerms, keyTerms, asked } = services;

  const inForce = (): SetupInForce => ({
    settings: settingsInForce(config, settings),
    keyTerms: keyTerms.count,
  });

  return {
    settings: () => settings,
    keyTerms: () => keyTerms,
    sentTerms: () => sentTerms,
    asked: () => asked,
    inForce,
    configure: ({ change, keyterms, asked: askedNow = asked }, superseded) => {
      const wanted = applyConfigure(settings, change);
      const inability = inabilityOf(model, wanted);
      if (inability) return emit(problemEvent(inability.code, inability.details));
      const sent = keyterms ?? sentTerms;
      const accepted = reader.accept(identity, sent, sharedTerms, wanted.language);
      const fetched = voices.prepare(wanted);
      return whenRead(fetched?.then(() => accepted) ?? accepted, superseded, ({ terms, warnings }) => {
        settings = wanted;
        sentTerms = sent;
        keyTerms = terms;
        asked = askedNow;
        emit({ kind: 'configured', setup: inForce() });
        for (const warning of warnings) emit({ kind: 'warning', warning });
      });
    },
  };
}
