import type { ClientMessage, KnownSpeaker, SpeakerCorrections } from '@auscult/protocol';
import type { TranscriberOptions } from '../transcriber-options.js';
import type { RecordedFinal, Segment } from '../transcript.js';
import { createCorrectionsToSend, type CorrectionsToSend } from './corrections-to-send.js';
import { createNumbering } from './numbering.js';
import { correctionsFor, type SpokenSession } from './spoken-session.js';

/** Who speaks, over all sessions: numbers people, and brings corrections to the session that they are about. */
export interface Identification extends Pick<CorrectionsToSend, 'confirm' | 'forgetSent'> {
  /** Another session begins, with these own sequences by channel. */
  readonly beginSession: (id: string, firstSequences: readonly number[], continuesSpeakers: boolean) => void;
  /** A session does not know the speakers of earlier ones after all: the present one if that is new, or else the next. */
  readonly countAnew: (isNew: boolean) => void;
  /** The own number of somebody who has that number in the present session. */
  readonly ownOf: (number: number) => number;
  readonly correct: (corrections: SpeakerCorrections) => void;
  /** The session that a final is of, and its number there. */
  readonly recordOf: (final: Pick<Segment, 'sequence' | 'channel'>) => RecordedFinal | undefined;
  /** The next message to send, if any, behind the audio before `place`. */
  readonly take: (place: number) => ClientMessage | undefined;
  /** The present session is over. */
  readonly end: () => void;
}

interface IdentificationOptions {
  readonly channels: number;
  readonly firstSpeaker: number | undefined;
  readonly correctRecord: TranscriberOptions['correctRecord'];
  /** What is known of somebody, by the own number. */
  readonly known: (own: number) => KnownSpeaker | undefined;
}

export function createIdentification(options: IdentificationOptions): Identification {
  const { channels, firstSpeaker = 0, correctRecord, known } = options;
  const sessions: SpokenSession[] = [];
  const waiting = createCorrectionsToSend();
  let isOver = false;
  let nextIsStranger = false;
  let highest = firstSpeaker - 1;
  let told = Promise.resolve();

  // With two channels, the number is the channel.
  const newNumbering = () => createNumbering(channels > 1 ? firstSpeaker : highest + 1);

  function tellRecord(id: string, corrections: SpeakerCorrections): void {
    // One after the other, whatever becomes of each.
    told = told.then(() => correctRecord?.(id, corrections)).catch(() => undefined);
  }

  /** Tells the record of the present session what the session may not have been told. */
  function end(): readonly SpeakerCorrections[] {
    const session = sessions.at(-1);
    const left = waiting.drain();
    for (const corrections of left) if (session) tellRecord(session.id, corrections);
    return left;
  }

  return {
    confirm: waiting.confirm,
    forgetSent: waiting.forgetSent,
    beginSession: (id, firstSequences, continuesSpeakers) => {
      const left = end();
      const former = sessions.at(-1);
      if (former) former.ends = firstSequences;
      const numbering = continuesSpeakers && !nextIsStranger ? former?.numbering : undefined;
      nextIsStranger = false;
      sessions.push({ id, firstSequences, ends: [], numbering: numbering ?? newNumbering() });
      if (numbering)
        for (const { merge, name } of left)
          if (merge ?? name) waiting.add({ ...(merge && { merge }), ...(name && { name }) });
    },
    countAnew: (isNew) => {
      const session = sessions.at(-1);
      if (isNew && session) session.numbering = newNumbering();
      else nextIsStranger = true;
    },
    ownOf: (number) => {
      const own = sessions.at(-1)?.numbering.ownOf(number) ?? firstSpeaker + number;
      highest = Math.max(highest, own);
      return own;
    },
    correct: (corrections) => {
      for (const { speaker } of corrections.assign ?? []) highest = Math.max(highest, speaker);
      for (const session of sessions) {
        const translated = correctionsFor(session, corrections, known);
        if (!translated) continue;
        if (session === sessions.at(-1) && !isOver) waiting.add(translated);
        else tellRecord(session.id, translated);
      }
      for (const { from, into } of corrections.merge ?? [])
        for (const numbering of new Set(sessions.map((session) => session.numbering)))
          numbering.merge(from, into);
    },
    recordOf: ({ sequence, channel = 0 }) => {
      const firstOf = ({ firstSequences }: SpokenSession): number => firstSequences[channel] ?? 0;
      const session = sessions.findLast((each) => firstOf(each) <= sequence);
      return session && { sessionId: session.id, sequence: sequence - firstOf(session) };
    },
    take: (place) => {
      const corrections = waiting.take(place);
      return corrections && { type: 'identify', ...corrections };
    },
    end: () => {
      isOver = true;
      end();
    },
  };
}
