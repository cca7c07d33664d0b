import { USUAL_RATE, converseInVosk } from './converse.js';
import { parametersOfQuery, readParameters } from '../../../../compatibility/read-parameters.js';
import { selectSubprotocol } from '../../../../compatibility/select-subprotocol.js';
import { voskQuery } from '../../../../compatibility/vosk/parameters.js';
import { httpError } from '../../../../errors.js';
import type {
  ConnectionRequest,
  Dialect,
  DialectServices,
  OpenWish,
  Refusal,
  RefusalAnswer,
} from '../../../dialect.js';

/**
 * The protocol of Vosk's server, for Jigasi, Asterisk and its other clients. They are refused by the status of the
 * handshake, since they know no message of an error.
 */
export function createVosk({ config, reader }: DialectServices): Dialect {
  const hasRoot = !config.compatibility.includes('whisper-live');
  return {
    name: 'vosk',
    service: 'vosk',
    paths: hasRoot ? ['/', '/vosk'] : ['/vosk'],
    connect: (request) => voskWish(request, reader),
    refusing: { kind: 'by-status', answer: voskRefusal },
  };
}

/** The session that a client of Vosk asks for. */
export function voskWish(
  { query, offered }: Pick<ConnectionRequest, 'query' | 'offered'>,
  reader: DialectServices['reader'],
): OpenWish {
  const { wishes, warnings } = readParameters(voskQuery, parametersOfQuery(query));
  const { isPunctuated = false, language } = wishes;
  const asked = { service: 'vosk', model: undefined, warnings } as const;
  return {
    kind: 'open',
    subprotocol: selectSubprotocol(offered),
    change: {
      sampleRate: USUAL_RATE,
      ...(language !== undefined && { language }),
      // Words as they were said, as from Vosk.
      ...(!isPunctuated && { writtenForm: 'off', dictationCommands: 'off' }),
    },
    takesBack: false,
    asked,
    converse: (place) => converseInVosk(place, { isPunctuated, asked, reader }),
  };
}

/** The answer to a client of Vosk that is refused. */
export function voskRefusal({ code, details, explanation, retryAfterSeconds }: Refusal): RefusalAnswer {
  const { status, body } = httpError(code, details, explanation);
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Basic realm="auscult"' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body,
  };
}
