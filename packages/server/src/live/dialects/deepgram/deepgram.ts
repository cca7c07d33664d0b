import { randomUUID } from 'node:crypto';
import { errorTable } from '@auscult/protocol';
import { LONGEST_MODEL_NAME, type Asked } from '../../../compatibility/asked.js';
import { deepgramError } from '../../../compatibility/deepgram/error-answer.js';
import { liveParameters, type LiveWishes } from '../../../compatibility/deepgram/live-parameters.js';
import { sentTerms } from '../../../compatibility/key-terms.js';
import { parametersOfQuery, readParameters } from '../../../compatibility/read-parameters.js';
import { selectSubprotocol } from '../../../compatibility/select-subprotocol.js';
import { NO_TERMS, type SentKeyTerms } from '../../../reading/client-text.js';
import type {
  ConnectionRequest,
  Dialect,
  DialectServices,
  OpenWish,
  Refusal,
  RefusalAnswer,
} from '../../dialect.js';
import { audioFormatOf } from '../../../compatibility/deepgram/audio-format.js';
import { converse } from './converse.js';
import { settingsOf } from './settings-of.js';

/** Deepgram's live interface. */
export function createDeepgram({ reader }: DialectServices): Dialect {
  return {
    name: 'deepgram',
    service: 'deepgram',
    paths: ['/v1/listen'],
    connect: (request) => connect(request, reader),
    refusing: { kind: 'by-status', answer },
  };
}

function connect({ query, offered }: ConnectionRequest, reader: DialectServices['reader']): OpenWish {
  const { wishes, warnings } = readParameters(liveParameters, parametersOfQuery(query));
  const format = audioFormatOf(wishes);
  const asked: Asked = {
    service: 'deepgram',
    model: wishes.model?.slice(0, LONGEST_MODEL_NAME),
    warnings,
  };
  return {
    kind: 'open',
    subprotocol: selectSubprotocol(offered),
    change: settingsOf(wishes, format),
    keyterms: termsOf(wishes),
    takesBack: false,
    asked,
    headers: ({ sessionId }) => ({ 'dg-request-id': sessionId }),
    converse: (place) => converse(place, { wishes, warnings, format, reader }),
  };
}

function termsOf({ keyterms = [], keywords = [] }: Partial<LiveWishes>): SentKeyTerms {
  const [terms, weighted] = [sentTerms('keyterm', keyterms), sentTerms('keywords', keywords)];
  if (weighted.count === 0) return terms.count === 0 ? NO_TERMS : terms;
  return sentTerms('keyterm', [...keyterms, ...keywords]);
}

/** When to come back, if nothing else is known, seconds. */
const RETRY_AFTER_SECONDS = 5;

function answer({ code, details = {}, explanation, retryAfterSeconds }: Refusal): RefusalAnswer {
  const { status, headers, body } = deepgramError({ code, details, explanation }, randomUUID());
  const wait = retryAfterSeconds ?? (errorTable[code].httpStatus === 503 ? RETRY_AFTER_SECONDS : undefined);
  return {
    status,
    headers: { ...headers, ...(wait !== undefined && { 'retry-after': String(wait) }) },
    body,
  };
}
