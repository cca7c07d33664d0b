import type { EmptyUtterance, UtteranceEnd } from '@auscult/asr';
import type { LiveWishes } from '../../../compatibility/deepgram/live-parameters.js';
import { threeDecimals } from '../../../transcripts/transcript.js';
import type { FinalEvent, PartialEvent, SessionEvent } from '../../events.js';
import { createHeardSpeech } from './heard-speech.js';
import { createHeldResults } from './held-results.js';
import {
  heardInFinal,
  heardInPartial,
  NOTHING_HEARD,
  resultsOf,
  type HeardText,
  type ResultsMessage,
  type ResultsView,
} from './results.js';

/** What was heard, as messages in the order in which clients expect them. */
export interface TranscriptMessages {
  /** The messages for an event, if it concerns the transcript. */
  readonly of: (event: SessionEvent) => readonly object[];
  /** `Finalize` has come. */
  readonly finalize: (channel: number) => void;
}

/** What clients want to be told. */
type Told = Pick<Partial<LiveWishes>, 'endpointing' | 'utteranceEndMs' | 'tellsSpeech'>;

/** Where an utterance that was heard lies, and why it ended. */
interface HeardSpan {
  readonly channel: number;
  readonly start: number;
  readonly end: number;
  readonly reason: UtteranceEnd;
  readonly lastWordEnd: number | undefined;
}

/** Starts before the first audio. */
export function createTranscriptMessages(view: ResultsView, told: Told): TranscriptMessages {
  const speech = Array.from({ length: view.channels }, createHeardSpeech);
  const held = createHeldResults();
  const tellsPauses = told.endpointing !== 'off';

  const settled = (span: HeardSpan, heard: HeardText): readonly object[] => {
    const { channel, end, reason, lastWordEnd } = span;
    const start = speech[channel]?.settle(span, lastWordEnd) ?? span.start;
    const hasPaused = reason !== 'longest';
    if (hasPaused) speech[channel]?.pause();
    const place = { channel, start, end, isFinal: true, isSpeechFinal: hasPaused && tellsPauses };
    return held.pass(resultsOf(view, place, heard));
  };

  const final = ({ channel, hypothesis }: FinalEvent): readonly object[] => {
    const { start, end, reason, words } = hypothesis;
    const lastWordEnd = words.at(-1)?.end;
    return settled({ channel, start, end, reason, lastWordEnd }, heardInFinal(hypothesis, view));
  };

  const empty = (channel: number, { start, end, reason }: EmptyUtterance): readonly object[] =>
    settled({ channel, start, end, reason, lastWordEnd: undefined }, NOTHING_HEARD);

  const partial = ({ channel, hypothesis }: PartialEvent): readonly object[] => {
    // What `Finalize` has cut off is about to be final.
    if (held.isUnderWay()) return [];
    const start = speech[channel]?.openFrom(hypothesis);
    if (start === undefined) return [];
    const { end } = hypothesis;
    const heard = heardInPartial({ ...hypothesis, start }, view);
    return [resultsOf(view, { channel, start, end, isFinal: false, isSpeechFinal: false }, heard)];
  };

  const began = (channel: number, at: number): readonly object[] => {
    speech[channel]?.begin();
    if (told.tellsSpeech !== true) return [];
    const started = {
      type: 'SpeechStarted',
      channel: [channel, view.channels],
      timestamp: threeDecimals(at),
    };
    return [...held.release(), started];
  };

  const ended = (receivedSeconds: number): readonly object[] => {
    const { utteranceEndMs } = told;
    if (utteranceEndMs === undefined) return [];
    return speech.flatMap((heard, channel) => {
      const at = heard.endedBy(receivedSeconds, utteranceEndMs / 1000);
      if (at === undefined) return [];
      return [{ type: 'UtteranceEnd', channel: [channel, view.channels], last_word_end: threeDecimals(at) }];
    });
  };

  const nothingAt = (channel: number, at: number): ResultsMessage => {
    const place = { channel, start: at, end: at, isFinal: true, isSpeechFinal: tellsPauses };
    return resultsOf(view, place, NOTHING_HEARD);
  };

  return {
    of: (event) => {
      switch (event.kind) {
        case 'partial':
          return partial(event);
        case 'final':
          return final(event);
        case 'empty':
          return empty(event.channel, event.utterance);
        case 'speech':
          return event.activity.state === 'started' ? began(event.channel, event.activity.at) : [];
        case 'taken':
          return ended(event.receivedSeconds);
        case 'finalized':
          return held.finish((channel) => nothingAt(Math.min(channel, view.channels - 1), event.at));
        default:
          return [];
      }
    },
    finalize: held.begin,
  };
}
