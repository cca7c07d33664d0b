import { SUBJECT_PREFIX } from '../cluster-protocol.js';

/** One side of the exchange between servers and inference machines, as it stands in subjects. */
export interface Peer {
  /** Its name: an operator can limit an account to it. */
  readonly name: string;
  /** Random name of the process, or of one of its pools. */
  readonly instance: string;
}

/** Where machines say that they are there, and with which model. */
export const ANNOUNCEMENTS = `${SUBJECT_PREFIX}.machines`;

/** What a server says to a machine: audio, key terms and jobs. */
export function toMachine(machine: Peer, server: Peer): string {
  return `${SUBJECT_PREFIX}.hear.${machine.name}.${machine.instance}.${server.name}.${server.instance}`;
}

/** What a machine says to a server: the words that it heard. */
export function toServer(server: Peer, machine: Peer): string {
  return `${SUBJECT_PREFIX}.heard.${server.name}.${server.instance}.${machine.name}.${machine.instance}`;
}

/** All that is said to a machine. */
export function allToMachine({ name, instance }: Peer): string {
  return `${SUBJECT_PREFIX}.hear.${name}.${instance}.*.*`;
}

/** All that is said to a server. */
export function allToServer({ name, instance }: Peer): string {
  return `${SUBJECT_PREFIX}.heard.${name}.${instance}.*.*`;
}

/** Where a machine tells the text of the tokens of its model. */
export function vocabularyOf({ name, instance }: Peer): string {
  return `${SUBJECT_PREFIX}.vocabulary.${name}.${instance}`;
}

/** Who said what was received under a subject of `allToMachine` or `allToServer`. */
export function senderOf(subject: string): Peer {
  const [name = '', instance = ''] = subject.split('.').slice(-2);
  return { name, instance };
}
