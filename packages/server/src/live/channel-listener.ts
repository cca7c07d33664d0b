import {
  nothingWritten,
  writeFinal,
  type LiveListener,
  type WritingOptions,
  type WritingState,
} from '@auscult/asr';
import type { DropReason } from '@auscult/protocol';
import { finalRecord, isTold } from '../records/final-record.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { AcceptedAudio } from './accepted-audio.js';
import type { EventQueue } from './event-queue.js';
import type { RefinementSpool } from './refinement-spool.js';
import type { SessionSpeakers } from './session-speakers.js';
import type { SessionTelemetry } from './session-telemetry.js';

/** Totals of what was sent of a session so far, all channels together. */
export interface Told {
  finals: number;
  words: number;
  /** Audio whose recognition failed for good, seconds. */
  lostSeconds: number;
  /** What the writing of the next final depends on, by channel. */
  readonly writing: WritingState[];
}

/** The services that the hypotheses of a session go through. */
export interface ListenerServices {
  /** How finals are to be written by now. */
  readonly writing: () => WritingOptions;
  /** Keeps the audio if there is to be a second pass. */
  readonly spool: RefinementSpool | undefined;
  readonly writer: SessionRecordWriter;
  readonly events: EventQueue;
  readonly telemetry: SessionTelemetry;
  /** Updated here. */
  readonly told: Told;
  readonly speakers: SessionSpeakers;
  /** Keeps the audio until its finals are recorded. */
  readonly accepted: AcceptedAudio;
  /** Called when less speech may be pending than before: it was heard, or its final was recorded. */
  readonly onCaughtUp: () => void;
}

/** Puts what a channel hears into written form, tells who speaks, records its finals, and emits events about all of it. */
export function listenToChannel(
  channel: number,
  { writing, spool, writer, events, telemetry, told, speakers, accepted, onCaughtUp }: ListenerServices,
): LiveListener {
  const { emit } = events;
  const { trace } = telemetry;
  let isShown = false;
  /** Reports dropped words to a client that has seen some of them. */
  const tellDropped = (
    reason: DropReason,
    { sequence, start, end }: { readonly sequence: number; readonly start: number; readonly end: number },
  ): void => {
    emit({ kind: 'dropped', channel, reason, sequence, start, end });
  };
  return {
    ...trace?.listenTo(channel),
    onAudio: (samples) => {
      spool?.keep(channel, samples);
      accepted.append(channel, samples, writer.keepAudio(channel, samples));
    },
    onFinal: (hypothesis) => {
      const before = told.writing[channel] ?? nothingWritten;
      const { written, state } = writeFinal(before, hypothesis, writing());
      told.writing[channel] = state;
      const wasShown = isShown;
      isShown = false;
      if (written.rewriteStopped) telemetry.rewriteStopped();
      if (written.removes !== undefined) telemetry.dropped('retracted', written.removes.length);
      if (!isTold(written)) {
        telemetry.dropped('retracted');
        trace?.withoutFinal(channel, hypothesis.start, 'empty');
        emit({ kind: 'empty', channel, utterance: hypothesis });
        if (wasShown) tellDropped('retracted', hypothesis);
        return;
      }
      const final = speakers.tell(channel, written, told.finals);
      told.finals += 1;
      told.words += final.words.length;
      const recorded = writer.commit(finalRecord(final, channel));
      const event = { kind: 'final', channel, madeAt: new Date(), hypothesis: final } as const;
      trace?.made(event, hypothesis.start, recorded);
      events.emitRecorded(event, recorded);
      recorded?.then(onCaughtUp, onCaughtUp);
      speakers.told();
      accepted.describe();
      recorded?.then(
        () => {
          accepted.recorded(channel, final.end);
        },
        () => undefined,
      );
    },
    onEmpty: (utterance) => {
      trace?.withoutFinal(channel, utterance.start, 'empty');
      emit({ kind: 'empty', channel, utterance });
      // Only afterwards does it count as settled.
      setImmediate(accepted.settle);
    },
    onPartial: (hypothesis) => {
      if (hypothesis.text === '' && hypothesis.unsettled === undefined) return;
      if (hypothesis.text !== '') isShown = true;
      emit({
        kind: 'partial',
        channel,
        madeAt: new Date(),
        hypothesis: speakers.partial(channel, hypothesis),
      });
    },
    onSpeakers: (findings) => {
      speakers.revise(channel, findings);
    },
    onSpeech: (activity) => {
      emit({ kind: 'speech', channel, activity });
    },
    onDropped: (words) => {
      telemetry.dropped(words.reason);
      isShown = false;
      if (words.shown) tellDropped(words.reason, words);
    },
    onCaughtUp,
    onLost: ({ start, end }) => {
      told.lostSeconds += end - start;
      telemetry.lost(end - start);
      trace?.withoutFinal(channel, start, 'lost');
      emit({ kind: 'lost', channel, start, end });
    },
  };
}
