import { posting, type Answer } from '../../page/server/ask.js';
import { withQuery, type Server } from '../server/server.js';

/** The roles that people and keys can have. */
export const ROLES = ['clinician', 'supervisor', 'auditor', 'administrator', 'service'] as const;

/** Somebody who can log in. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly groups: readonly string[];
  readonly usesCodes: boolean;
  readonly createdAt: string;
  readonly disabledAt?: string;
}

/** What a person logs in with; the server shows it once. */
export interface PersonSecrets {
  readonly password: string;
  /** For an authenticator. */
  readonly codeSetup?: string;
}

export interface PersonOrder {
  readonly name: string;
  readonly role: string;
  readonly groups: readonly string[];
  readonly usesCodes: boolean;
}

const PATH = 'api/v1/users';

/** A page of people, by name. */
export interface PeoplePage {
  readonly users: readonly Person[];
  /** Leads to the page after this one. */
  readonly next?: string;
}

/** People whose name contains `name`; all if it is missing. */
export function readPeople(
  { ask }: Server,
  name: string | undefined,
  after: string | undefined,
): Promise<Answer<PeoplePage>> {
  return ask(withQuery(PATH, { name, after }));
}

export function createPerson({ ask }: Server, order: PersonOrder): Promise<Answer<Person & PersonSecrets>> {
  return ask(PATH, posting(order));
}

/** Changes the role and the groups of a person. */
export function changePerson(
  { ask }: Server,
  id: string,
  change: Pick<PersonOrder, 'role' | 'groups'>,
): Promise<Answer<Person>> {
  return ask(pathOf(id), { ...posting(change), method: 'PATCH' });
}

/** Ends all logins of a person, who cannot log in any more. */
export function disablePerson({ ask }: Server, id: string): Promise<Answer<unknown>> {
  return ask(`${pathOf(id)}/disable`, { method: 'POST' });
}

/** Gives a person a new password and authenticator; one who was disabled can log in again. */
export function resetPerson({ ask }: Server, id: string): Promise<Answer<PersonSecrets>> {
  return ask(`${pathOf(id)}/reset`, { method: 'POST' });
}

/** A name of a group, and how many belong to it. */
export interface Group {
  readonly name: string;
  readonly users: number;
  readonly keys: number;
}

export function readGroups({ ask }: Server): Promise<Answer<{ readonly groups: readonly Group[] }>> {
  return ask('api/v1/groups');
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
