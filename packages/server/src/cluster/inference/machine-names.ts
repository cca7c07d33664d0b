import type { NatsConnection } from '@nats-io/transport-node';
import { readAnnouncement } from './messages.js';
import { ANNOUNCEMENTS } from './subjects.js';

/** Listens for machines until `stop`, which returns the names of those that were heard. */
export function machineNames(nats: NatsConnection): { readonly stop: () => readonly string[] } {
  const names = new Map<string, string>();
  const subscription = nats.subscribe(ANNOUNCEMENTS, {
    callback: (error, message) => {
      const machine = error ? undefined : readAnnouncement(message.data);
      if (machine?.ok === true) names.set(machine.message.instance, machine.message.name);
    },
  });
  return {
    stop: () => {
      subscription.unsubscribe();
      return [...names.values()];
    },
  };
}
