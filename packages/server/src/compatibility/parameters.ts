import type { Explanation } from '@auscult/protocol';
import { RequestError } from '../errors.js';
import { isOff } from './values.js';

/** What becomes of a parameter of another service's interface; the table in docs/compatibility.md says this of each. */
export type Treatment =
  /** It does what it does there. */
  | 'honoured'
  /** It does something here that is close to what it does there. */
  | 'mapped'
  /** It is taken, and there is nothing to do for it. */
  | 'accepted'
  /** It would only have added something, which is missing; the client is warned. */
  | 'ignored'
  /** Going on without it would break a promise about privacy or content, so the request is refused. */
  | 'refused';

/** A parameter of another service's interface. `Wishes` is what parameters ask of a session or recording. */
export interface Parameter<Wishes> {
  readonly treatment: Treatment;
  /** What it does here, for people; Markdown on one line. */
  readonly note: string;
  /**
   * What it asks for. Called once, with all values. Throws a `RequestError` that names the parameter if a value is not
   * allowed.
   */
  readonly read: (given: GivenParameter) => Partial<Wishes>;
}

/** The parameters of an interface, by name. */
export type ParameterTable<Wishes> = Readonly<Record<string, Parameter<Wishes>>>;

/** A parameter as it was given. */
export interface GivenParameter {
  /** Its name in the table. */
  readonly name: string;
  /** Its values, in the order in which they were given; at least one. */
  readonly values: readonly string[];
  /** Tells the client that the parameter does not do what was asked. The reason holds no value. */
  readonly warn: (reason: string) => void;
}

/** A parameter that is not done as it was asked for. */
export interface ParameterWarning {
  readonly parameter: string;
  /** What happens instead, for people; never a value. */
  readonly reason: string;
}

/** A parameter that does what it does there. */
export function honoured<Wishes>(note: string, read: Parameter<Wishes>['read']): Parameter<Wishes> {
  return { treatment: 'honoured', note, read };
}

/** A parameter that does something close to what it does there. */
export function mapped<Wishes>(note: string, read: Parameter<Wishes>['read']): Parameter<Wishes> {
  return { treatment: 'mapped', note, read };
}

/** A parameter for which there is nothing to do. */
export function accepted<Wishes>(note: string): Parameter<Wishes> {
  return { treatment: 'accepted', note, read: () => ({}) };
}

/** A parameter that would only have added something. The client is told `note` unless it is switched off. */
export function ignored<Wishes>(note: string, reason = note): Parameter<Wishes> {
  return {
    treatment: 'ignored',
    note,
    read: ({ values, warn }) => {
      if (!values.every(isOff)) warn(reason);
      return {};
    },
  };
}

/** A parameter without which the server must not go on, unless it is switched off. */
export function refused<Wishes>(note: string, why: Explanation): Parameter<Wishes> {
  return {
    treatment: 'refused',
    note,
    read: ({ name, values }) => {
      if (!values.every(isOff))
        throw new RequestError('parameter_refused', { field: name }, undefined, undefined, why);
      return {};
    },
  };
}
