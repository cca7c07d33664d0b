import { createLink, step, type LinkAction, type LinkEvent } from './link.js';

/** The link as it is at present. */
export interface LinkDriver {
  /** Something has happened to the link: does what follows from it. */
  readonly dispatch: (event: LinkEvent) => void;
  /** Whether audio is delivered. */
  readonly isReady: () => boolean;
}

/** `act` does what a link asks for, and `onOver` is called when that is over for good. */
export function createLinkDriver(
  hasTickets: boolean,
  act: (action: LinkAction) => void,
  onOver: () => void,
): LinkDriver {
  let link = createLink(hasTickets);
  return {
    dispatch: (event) => {
      const { link: next, actions } = step(link, event);
      link = next;
      for (const action of actions) {
        act(action);
        // A listener has closed it, or tries at once, so the rest no longer applies.
        if (link !== next) break;
      }
      if (link.phase.kind === 'over') onOver();
    },
    isReady: () => link.phase.kind === 'ready',
  };
}
