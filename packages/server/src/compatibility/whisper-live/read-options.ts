import { describeError, type ErrorMessage } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import type { SentKeyTerms } from '../../reading/client-text.js';
import { parametersOfJson } from '../parameters-of-json.js';
import type { ParameterWarning } from '../parameters.js';
import { readJsonObject } from '../read-json-object.js';
import { readParameters } from '../read-parameters.js';
import { usableTerms } from '../usable-terms.js';
import { whisperLiveParameters, type WhisperLiveWishes } from './parameters.js';

/** The name that a client of WhisperLive gives itself: it takes no message without it. */
export type Uid = string | number;

/** The first message of a client of WhisperLive, or what is wrong with it and whom to tell. */
export type WhisperLiveOptions =
  | {
      readonly ok: true;
      readonly uid: Uid;
      readonly wishes: Partial<WhisperLiveWishes>;
      readonly keyterms: SentKeyTerms;
      readonly warnings: readonly ParameterWarning[];
    }
  | { readonly ok: false; readonly uid: Uid | undefined; readonly problem: ErrorMessage };

/** The longest name, characters; official clients send a UUID. */
const LONGEST_UID = 200;

/** Reads the first message. Never throws; the problem repeats nothing of it. */
export function readWhisperLiveOptions(frame: Uint8Array): WhisperLiveOptions {
  const reading = readJsonObject(frame);
  if (!reading.ok) return { ok: false, uid: undefined, problem: reading.problem };
  const uid = uidIn(reading.object);
  if (uid === undefined) {
    const limit = `a text of 1 to ${LONGEST_UID} characters`;
    return { ok: false, uid, problem: describeError('invalid_message', { field: 'uid', limit }) };
  }
  try {
    return { ok: true, uid, ...wishesIn(reading.object) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { ok: false, uid, problem: describeError(error.code, error.details, error.explanation) };
  }
}

function uidIn({ uid }: Readonly<Record<string, unknown>>): Uid | undefined {
  if (typeof uid === 'number' && Number.isFinite(uid)) return uid;
  return typeof uid === 'string' && uid !== '' && uid.length <= LONGEST_UID ? uid : undefined;
}

function wishesIn(options: Readonly<Record<string, unknown>>) {
  const { wishes, warnings } = readParameters(whisperLiveParameters, parametersOfJson(options));
  const aboutTerms: ParameterWarning[] = [];
  const keyterms = usableTerms([...(wishes.hotwords ?? []), ...(wishes.prompted ?? [])], (reason) => {
    aboutTerms.push({ parameter: 'hotwords', reason });
  });
  return { wishes, keyterms, warnings: [...warnings, ...aboutTerms] };
}
