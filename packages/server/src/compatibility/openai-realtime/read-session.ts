import type { ParameterWarning } from '../parameters.js';
import {
  BETA_NAMES,
  GROUPS,
  SESSION_FIELDS,
  type ReadSession,
  type SessionWishes,
} from './session-fields.js';

/** Whoever sends more names than this is not told of each that is not known. */
const MOST_UNKNOWN = 20;

/** Names that are repeated in warnings; anything else may be content. */
const NAME = /^[a-z][\w.]{0,63}$/i;

/** The field of an event that holds the session. */
const ROOT = 'session';

/**
 * Reads the session in an event, in an order for a client secret or in a secret. Fields that are not known are ignored with a
 * warning.
 *
 * @param root the name of the field that holds the session; empty if it is the whole body
 * @throws {RequestError} that names a field whose value is not allowed
 */
export function readSession(session: unknown, root = ROOT): ReadSession {
  const warnings: ParameterWarning[] = [];
  const wishes: Partial<SessionWishes> = {};
  const unknown = new Set<string>();
  for (const { name, written, value } of fieldsOf(session, '', root)) {
    const field = Object.hasOwn(SESSION_FIELDS, name) ? SESSION_FIELDS[name] : undefined;
    if (field === undefined) {
      if (unknown.size < MOST_UNKNOWN) unknown.add(NAME.test(name) ? name : 'a name that cannot be written');
      continue;
    }
    if (value === null && field.takesNull !== true) continue;
    const warn = (reason: string): void => {
      warnings.push({ parameter: name, reason });
    };
    Object.assign(wishes, field.read({ written, value, warn }));
  }
  for (const parameter of unknown) warnings.push({ parameter, reason: 'not known' });
  return { wishes, warnings };
}

interface Leaf {
  /** The name of the field today. */
  readonly name: string;
  readonly written: string;
  readonly value: unknown;
}

/** The fields of `value`, those of groups one by one. */
function* fieldsOf(value: unknown, path: string, written: string): Generator<Leaf> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const asWritten = written === '' ? key : `${written}.${key}`;
    const name = path === '' ? (BETA_NAMES.get(key) ?? key) : `${path}.${key}`;
    if (GROUPS.has(name) && typeof inner === 'object' && inner !== null)
      yield* fieldsOf(inner, name, asWritten);
    else yield { name, written: asWritten, value: inner };
  }
}
