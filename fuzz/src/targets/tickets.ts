import { createTickets } from '../../../packages/server/dist/access/tickets.js';
import { createResumeToken } from '../../../packages/server/dist/live/resume-token.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** Tickets of sockets, and tokens that resume sessions. `TICKET` and `TOKEN` stand for valid ones. */
export const target: FuzzTarget = {
  longest: 512,
  allowed: usualTime,
  prepare: () => {
    const tickets = createTickets();
    const resume = createResumeToken();
    const identity = {
      tenant: 'default',
      subject: 'user:a',
      kind: 'user',
      role: 'clinician',
      groups: [],
    } as const;
    const reference = { kind: 'local' } as const;
    const issue = async () =>
      (await tickets.issue({ identity, reference, isStillValid: () => Promise.resolve(true) })) ?? '';
    let ticket = '';
    return async (input) => {
      ticket ||= await issue();
      const shown = input.toString().replaceAll('TICKET', ticket).replaceAll('TOKEN', resume.text);
      const { ok } = await tickets.redeem(shown);
      mustHold(ok === (shown === ticket), 'only the ticket is accepted as a ticket');
      if (ok) {
        mustHold(!(await tickets.redeem(shown)).ok, 'a ticket is accepted only once');
        ticket = await issue();
      }
      mustHold(
        resume.is(shown) === (shown === resume.text),
        'only the token for resuming is accepted as one',
      );
    };
  },
};
