import type { SpeakerCorrections } from '@auscult/protocol';

/** Corrections that the server is not known to have. */
export interface CorrectionsToSend {
  readonly add: (corrections: SpeakerCorrections) => void;
  /** The next to send on this connection, if any, which is sent behind the audio before `place`. */
  readonly take: (place: number) => SpeakerCorrections | undefined;
  /** The server has all audio before `place`, and what was sent between. */
  readonly confirm: (place: number) => void;
  /** On another connection, all have to be sent again. */
  readonly forgetSent: () => void;
  /** Empties the queue: those that it held, in order. */
  readonly drain: () => readonly SpeakerCorrections[];
}

/**
 * Corrections have no answer of their own. The server reads in order, so it has one if it has audio that was sent after it; until
 * then each is kept. One that it gets twice, with all that followed, changes nothing.
 */
export function createCorrectionsToSend(): CorrectionsToSend {
  let waiting: { readonly corrections: SpeakerCorrections; place?: number }[] = [];
  return {
    add: (corrections) => {
      waiting.push({ corrections });
    },
    take: (place) => {
      const next = waiting.find((each) => each.place === undefined);
      if (next) next.place = place;
      return next?.corrections;
    },
    confirm: (place) => {
      waiting = waiting.filter((each) => each.place === undefined || each.place >= place);
    },
    forgetSent: () => {
      waiting = waiting.map(({ corrections }) => ({ corrections }));
    },
    drain: () => {
      const left = waiting.map(({ corrections }) => corrections);
      waiting = [];
      return left;
    },
  };
}
