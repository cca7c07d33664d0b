import { LONGEST_MODEL_NAME, type Asked } from '../../../compatibility/asked.js';
import { parametersOfQuery, readParameters } from '../../../compatibility/read-parameters.js';
import { selectSubprotocol } from '../../../compatibility/select-subprotocol.js';
import { openAiError, openAiStatus } from '../../../http/openai/error-answer.js';
import type {
  ConnectionRequest,
  Dialect,
  DialectServices,
  OpenWish,
  Refusal,
  RefusalAnswer,
} from '../../dialect.js';
import { converse } from './converse.js';
import { queryParameters } from '../../../compatibility/openai-realtime/query-parameters.js';
import { readSession } from '../../../compatibility/openai-realtime/read-session.js';
import type { Names } from './server-events.js';
import {
  changedState,
  INITIAL_STATE,
  settingsOf,
  termsOf,
} from '../../../compatibility/openai-realtime/session-state.js';

/** OpenAI's Realtime interface, of which every session only transcribes. */
export function createOpenAiRealtime(services: DialectServices): Dialect {
  return {
    name: 'openai-realtime',
    service: 'openai',
    paths: ['/v1/realtime'],
    connect: (request) => connect(request, services),
    refusing: { kind: 'by-status', answer },
  };
}

function connect(request: ConnectionRequest, { reader }: DialectServices): OpenWish {
  const { wishes: asksFor, warnings: ofQuery } = readParameters(
    queryParameters,
    parametersOfQuery(request.query),
  );
  const { wishes, warnings: ofSecret } = readSession(request.sessionSettings);
  const state = changedState(INITIAL_STATE, wishes);
  const asked: Asked = {
    service: 'openai',
    model: (state.model ?? asksFor.model)?.slice(0, LONGEST_MODEL_NAME),
    warnings: [...ofQuery, ...ofSecret],
  };
  return {
    kind: 'open',
    subprotocol: selectSubprotocol(request.offered),
    change: settingsOf(state),
    keyterms: termsOf(state),
    asked,
    converse: (place) => converse(place, { names: namesFor(request), state, asked, reader }),
  };
}

/** Clients of the beta interface ask for its names of events. */
function namesFor({ headers, offered }: ConnectionRequest): Names {
  const asksInHeader = /\brealtime=v1\b/.test([headers['openai-beta'] ?? []].flat().join());
  return asksInHeader || offered.includes('openai-beta.realtime-v1') ? 'beta' : 'today';
}

function answer({ code, details, explanation, retryAfterSeconds }: Refusal): RefusalAnswer {
  return {
    status: openAiStatus(code),
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
    body: openAiError(code, details, explanation),
  };
}
