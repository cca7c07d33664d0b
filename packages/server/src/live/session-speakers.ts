import type { PartialHypothesis, SpeakerFindings, SpokenSpan, WrittenFinal } from '@auscult/asr';
import {
  describeWarning,
  type SessionSettings,
  type SpeakerCorrections,
  type SpeakerRevision,
} from '@auscult/protocol';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { CorrectedSpeakers, SpeakerSpan } from '../records/speaker-changes.js';
import { checkCorrections } from '../speakers/check-corrections.js';
import { isWithin } from '../speakers/is-within.js';
import { mainSpeaker } from '../speakers/main-speaker.js';
import { createSpeakerDirectory } from '../speakers/speaker-directory.js';
import { wordsOf, type CorrectableFinal } from '../speakers/words-of.js';
import type { ContinuedSession } from './commands.js';
import type { EventQueue } from './event-queue.js';
import { problemEvent, type SessionEvent, type SpeakersEvent } from './events.js';
import { digestOf, type ResumeToken } from './resume-token.js';
import type { SessionPast } from './session-past.js';
import type { SessionTelemetry } from './session-telemetry.js';
import { createToldFinals, MOST_TOLD_WORDS, type ToldFinal } from './told-finals.js';

/** Who speaks in a session, from the first final to the last correction. */
export interface SessionSpeakers {
  /** A final with the numbers that its speakers go by. Called for each final, before it is recorded. */
  readonly tell: (channel: number, final: WrittenFinal, place: number) => WrittenFinal;
  /** Called after each final was emitted: emits what follows from it. */
  readonly told: () => void;
  readonly partial: (channel: number, hypothesis: PartialHypothesis) => PartialHypothesis;
  /** Takes over what the recognizer has found out later. */
  readonly revise: (channel: number, findings: SpeakerFindings) => void;
  /** Carries out what a person corrects, and answers it. */
  readonly identify: (corrections: SpeakerCorrections) => void;
  /** Takes over what somebody has corrected in the record of the session, and tells it. */
  readonly adopt: (corrected: CorrectedSpeakers) => void;
  /** Goes on with the speakers of a former session, if that is still possible. Must precede the first audio. */
  readonly continue: (former: ContinuedSession) => Promise<void>;
  /** The voices with which the next stream begins. */
  readonly voices: () => Uint8Array | undefined;
  /** The voices turned out to be unreadable: forgets what was said of their numbers, which now begin anew, and tells so. */
  readonly beginAnew: () => void;
  /** Keeps what another session would need to go on with these speakers. */
  readonly keep: () => void;
}

/** What the speakers of a session depend on. */
export interface SpeakerServices {
  readonly settings: () => Pick<SessionSettings, 'speakers' | 'channels'>;
  /** The token of the session, if it can be resumed. */
  readonly token: ResumeToken | undefined;
  /** See `AdmittedSession`. */
  readonly past: Pick<SessionPast, 'finals' | 'speakers'> | undefined;
  readonly writer: Pick<SessionRecordWriter, 'changeSpeakers' | 'keepSpeakers' | 'continueSpeakers'>;
  readonly events: EventQueue;
  readonly telemetry: SessionTelemetry;
  readonly stream: HeardSpeakers;
}

/** The streams in which speakers are told apart. */
interface HeardSpeakers {
  readonly assign: (channel: number, spans: readonly SpokenSpan[]) => void;
  readonly merge: (from: number, into: number) => void;
  /** See `LiveTranscription.speakerState`. */
  readonly voices: () => Uint8Array | undefined;
}

/** Audio between two times at which voices are kept, seconds: what was heard since the last can be heard again. */
const KEPT_EVERY_SECONDS = 15;

/** The most revisions in one event, so that no message gets too large for a client. */
const MOST_REVISIONS = 500;

/** Starts with nobody, or with those who were known in another process. */
export function createSessionSpeakers(services: SpeakerServices): SessionSpeakers {
  const { settings, token, past, writer, events, telemetry, stream } = services;
  const finals = createToldFinals();
  let directory = createSpeakerDirectory(past?.speakers?.directory);
  let formerVoices = past?.speakers?.voices;
  let settledSeconds = 0;
  let keptAt: number | undefined;
  let toldNames = '[]';

  if (past?.speakers)
    for (const [place, { channel, hypothesis }] of past.finals.entries())
      finals.add(channel, hypothesis, place);

  const isOff = (): boolean => settings().speakers === 'off';
  const isByChannel = (): boolean => settings().channels > 1;

  const emit = (revised: SpeakersEvent['revised'], recorded: Promise<void> | undefined): void => {
    const speakers = directory.known(finals.talks());
    toldNames = namesOf(speakers);
    for (let from = 0; from === 0 || from < revised.length; from += MOST_REVISIONS) {
      const some = revised.slice(from, from + MOST_REVISIONS);
      events.emitRecorded({ kind: 'speakers', revised: some, speakers, settledSeconds }, recorded);
    }
  };

  const keep = (): void => {
    if (isOff() || token === undefined) return;
    const voices = stream.voices() ?? formerVoices;
    writer.keepSpeakers({ directory: directory.save(), voices, tokenDigest: token.digest });
  };

  const numbered = (channel: number, final: WrittenFinal): WrittenFinal => {
    const words = final.words.map((word) => {
      const speaker = isByChannel() ? channel : word.speaker;
      if (speaker === undefined) return word;
      const sure = isByChannel() ? { speakerConfidence: 1 } : {};
      return { ...word, speaker: directory.resolve(speaker), ...sure };
    });
    const speaker = mainSpeaker(words);
    return { ...final, words, ...(speaker === undefined ? {} : { speaker }) };
  };

  /** Gives words to speakers, for the record and the client. */
  const give = (
    final: ToldFinal,
    { speaker, confidence }: { readonly speaker: number; readonly confidence?: number },
    isMeant: (word: number) => boolean,
  ) => {
    const by = confidence === undefined ? 'person' : 'recognizer';
    return finals.give(final, speaker, isMeant, by).map((words) => ({
      span: {
        ...wordsOf(asSent(final), words),
        speaker,
        ...(confidence === undefined ? {} : { confidence }),
      },
      revision: revisionOf(final, words, speaker, confidence ?? 1),
    }));
  };

  /** Carries out what a person has corrected, and returns which words have another speaker now. */
  const correct = ({ spans, merge, name }: CorrectedSpeakers): SpeakersEvent['revised'] => {
    const revised = spans.flatMap((span) => finals.over(span).flatMap((final) => assign(final, span)));
    for (const { from, into } of merge) {
      // Somebody else may have merged them the other way round in the meantime.
      if (directory.isMerged(from) || directory.resolve(into) === from) continue;
      stream.merge(from, into);
      directory.merge(from, into);
      const moved = finals.giveAll(from, directory.resolve(into));
      revised.push(...moved.map((one) => ({ ...one, channel: one.channel ?? 0 })));
    }
    directory.name(name);
    keep();
    return revised;
  };

  const assign = (final: ToldFinal, span: SpeakerSpan): SpeakersEvent['revised'] => {
    const { reading, version, speaker, start, end } = span;
    const [first, last] = span.words;
    const isSent = reading === 'live' && version === 1;
    stream.assign(final.channel, [
      isSent ? spokenSpan(final, span) : { sequence: final.sequence, start, end, speaker },
    ]);
    const given = give(final, { speaker: directory.resolve(speaker) }, (word) =>
      isSent ? word >= first && word <= last : isWithin(final.timesOf(word), { start, end }),
    );
    return given.map(({ revision }) => revision);
  };

  return {
    tell: (channel, final, place) => {
      if (isOff()) return final;
      const known = numbered(channel, final);
      finals.add(channel, known, place);
      if (isByChannel()) settledSeconds = Math.max(settledSeconds, final.end);
      if (keptAt === undefined || final.end - keptAt >= KEPT_EVERY_SECONDS) {
        keptAt = final.end;
        keep();
      }
      return known;
    },
    told: () => {
      if (namesOf(directory.known(finals.talks())) !== toldNames) emit([], undefined);
    },
    partial: (channel, hypothesis) => {
      const speaker = isByChannel() ? channel : hypothesis.speaker;
      if (isOff() || speaker === undefined) return hypothesis;
      return { ...hypothesis, speaker: directory.resolve(speaker) };
    },
    revise: (channel, { revised, settledSeconds: settled, recognised }) => {
      if (isOff()) return;
      settledSeconds = Math.max(settledSeconds, settled);
      const given = revised.flatMap(({ sequence, start, end, speaker, confidence }) => {
        const final = finals.find(channel, sequence);
        if (final === undefined) return [];
        const whose = { speaker: directory.resolve(speaker), confidence };
        return give(final, whose, (word) => isWithin(final.timesOf(word), { start, end }));
      });
      telemetry.revised(given.reduce((sum, { span: { words } }) => sum + words[1] - words[0] + 1, 0));
      const spans = given.map(({ span }) => span);
      let recorded = spans.length === 0 ? undefined : writer.changeSpeakers({ kind: 'revised', spans });
      if (recognised !== undefined && directory.recognise(recognised))
        recorded = writer.changeSpeakers({ kind: 'recognised', voices: recognised });
      emit(
        given.map(({ revision }) => revision),
        recorded,
      );
    },
    identify: (corrections) => {
      if (isOff()) return events.emit(problemEvent('speakers_off'));
      const checked = checkCorrections(corrections, {
        find: ({ channel = 0, sequence }) => {
          const final = finals.find(channel, sequence);
          return final && asSent(final);
        },
        findable: FINDABLE,
        directory,
        talks: finals.talks(),
      });
      if (!checked.ok) {
        const { field, limit } = checked;
        return events.emit(problemEvent('correction_refused', { field, limit }));
      }
      const { spans, merge, name } = checked.corrected;
      const revised = correct(checked.corrected);
      const isEmpty = spans.length + merge.length + name.length === 0;
      return emit(revised, isEmpty ? undefined : writer.changeSpeakers(checked.corrected));
    },
    adopt: (corrected) => {
      const revised = correct(corrected);
      if (!isOff()) emit(revised, undefined);
    },
    continue: async ({ sessionId, token: shown }) => {
      const state =
        isOff() || token === undefined
          ? undefined
          : await writer
              .continueSpeakers({ sessionId, tokenDigest: digestOf(shown) }, token.digest)
              .catch(telemetry.failed);
      if (!state) {
        events.emit(NOT_CONTINUED);
        return;
      }
      directory = createSpeakerDirectory(state.directory);
      formerVoices = state.voices;
      emit([], writer.changeSpeakers({ kind: 'continued', directory: state.directory }));
    },
    beginAnew: () => {
      formerVoices = undefined;
      directory = createSpeakerDirectory();
      events.emit(NOT_CONTINUED);
      emit([], writer.changeSpeakers({ kind: 'continued', directory: directory.save() }));
    },
    voices: () => stream.voices() ?? formerVoices,
    keep,
  };
}

const NOT_CONTINUED: SessionEvent = {
  kind: 'warning',
  warning: describeWarning('speakers_not_continued'),
};

const FINDABLE = `a final of this session, and one of its last ${MOST_TOLD_WORDS} words; earlier ones can be corrected in the record`;

function namesOf(speakers: SpeakersEvent['speakers']): string {
  const isNamed = ({ name, role, suggestedRole }: SpeakersEvent['speakers'][number]): boolean =>
    name !== undefined || role !== undefined || suggestedRole !== undefined;
  return JSON.stringify(speakers.filter(isNamed));
}

/** The version of a final that was sent. */
function asSent(final: ToldFinal): CorrectableFinal {
  return { ...final, reading: 'live', version: 1 };
}

function revisionOf(
  { channel, sequence }: ToldFinal,
  words: SpeakerRevision['words'],
  speaker: number,
  speakerConfidence: number,
): SpeakersEvent['revised'][number] {
  return { sequence, channel, words, speaker, speakerConfidence };
}

/** The words of a final, by their times, for the recognizer. */
function spokenSpan(final: ToldFinal, { words: [first, last], speaker }: SpeakerSpan): SpokenSpan {
  return {
    sequence: final.sequence,
    start: final.timesOf(first).start,
    end: final.timesOf(last).end,
    speaker,
  };
}
