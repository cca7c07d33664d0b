import { readParameters, parametersOfQuery } from '../../../compatibility/read-parameters.js';
import { honoured, type ParameterTable } from '../../../compatibility/parameters.js';
import { selectSubprotocol } from '../../../compatibility/select-subprotocol.js';
import { switchOf } from '../../../compatibility/values.js';
import { httpError } from '../../../errors.js';
import type { ConnectionRequest, CreateDialect, OpenWish, Refusal, RefusalAnswer } from '../../dialect.js';
import { converse } from './converse.js';

/** The rate of clients that name none, samples a second. */
const DEFAULT_RATE = 8000;

const queryParameters: ParameterTable<{ readonly isPunctuated: boolean }> = {
  punctuate: honoured('an extension: text with capital letters and punctuation', (given) => ({
    isPunctuated: switchOf(given),
  })),
};

/** The protocol of Vosk's server. Its clients connect to the root of an address. */
export const createVosk: CreateDialect = () => ({
  service: 'vosk',
  paths: ['/', '/vosk'],
  connect,
  refusing: { kind: 'by-status', answer },
});

function connect({ query, offered }: ConnectionRequest): OpenWish {
  const { wishes, warnings } = readParameters(queryParameters, parametersOfQuery(query));
  return {
    kind: 'open',
    subprotocol: selectSubprotocol(offered),
    change: { sampleRate: DEFAULT_RATE, partials: true },
    takesBack: false,
    asked: { service: 'vosk', model: undefined, warnings },
    converse: () => converse(wishes.isPunctuated ?? false, warnings),
  };
}

function answer({ code, details = {}, explanation, retryAfterSeconds }: Refusal): RefusalAnswer {
  const { status, body } = httpError(code, details, explanation);
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status, headers, body };
}
