import {
  floatsOf,
  nothingWritten,
  SAMPLE_RATE,
  writeFinal,
  type KeyTermList,
  type LiveListener,
  type Recognizer,
  type WrittenFinal,
} from '@auscult/asr';
import { sessionSettings, type SessionSettings } from '@auscult/protocol';
import { SERVER_ITSELF } from '../audit/audit-event.js';
import { shareOf } from '../access/identity.js';
import { settingsByDefault } from '../config/recognition.js';
import type { Config } from '../config/schema.js';
import type { LeftContent } from '../journal/journal.js';
import type { SharedKeyTerms } from '../key-terms/shared-key-terms.js';
import { openStreamOf } from '../live/channels.js';
import { continueClock } from '../live/continue-clock.js';
import type { TextReader } from '../reading/text-reader.js';
import { finalRecord, isTold } from '../records/final-record.js';
import { INTERRUPTED } from '../records/interrupted-sessions.js';
import type { LeftRecord } from '../records/left-record.js';
import type { Actor } from '../records/record.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { CompletionTrace, Tracing } from '../telemetry/tracing/tracing.js';
import { mainSpeaker } from '../speakers/main-speaker.js';
import { writingOf } from '../settings-by-concern.js';
import { hearLeftAudio } from './hear-left-audio.js';
import { after, leftAudio, type LeftAudio } from './left-audio.js';

/** What is left of a session whose server is gone. */
export interface LeftBehind {
  readonly record: LeftRecord;
  readonly content: LeftContent;
  /** When the server last wrote for it, by its clock. */
  readonly lastWrittenAt: Date;
}

export interface CompletionServices {
  readonly config: Config;
  readonly keyTerms: Pick<SharedKeyTerms, 'of'>;
  readonly reader: TextReader;
  readonly tracing?: Pick<Tracing, 'completion'> | undefined;
}

/** What was completed. */
export interface Completion {
  /** Audio that was transcribed, all channels together, seconds. */
  readonly recoveredSeconds: number;
  /** Audio that was accepted but is not in the record, seconds. */
  readonly missingSeconds: number;
}

/**
 * Transcribes what a session has left, adds it to the record, and ends the session as interrupted. Rejects, and leaves the session
 * open, if that cannot be done now.
 */
export async function completeRecord(
  left: LeftBehind,
  writer: SessionRecordWriter,
  recognizer: Recognizer,
  services: CompletionServices,
): Promise<Completion> {
  const { record, content } = left;
  const trace = services.tracing?.completion({ id: record.id, traceparent: content.snapshot?.traceparent });
  try {
    const done = await hearAndClose(left, writer, recognizer, services, trace);
    trace?.end('done');
    return done;
  } catch (error) {
    trace?.end('failed');
    throw error;
  }
}

async function hearAndClose(
  left: LeftBehind,
  writer: SessionRecordWriter,
  recognizer: Recognizer,
  services: CompletionServices,
  trace: CompletionTrace | undefined,
): Promise<Completion> {
  const { record, content, lastWrittenAt } = left;
  const { snapshot } = content;
  const settings = snapshot?.settings ?? sessionSettings.parse(settingsByDefault(services.config));
  const keyTerms = await keyTermsOf(left, settings, services);
  const audio = leftAudio(content.channels, record.channels);
  await keepLeftAudio(left, writer);
  let lostSeconds = snapshot?.lostSeconds ?? 0;
  const heard = { left, writer, recognizer, settings, keyTerms, config: services.config, trace };
  const onLost = (seconds: number): void => {
    lostSeconds += seconds;
  };
  await Promise.all(audio.map((one) => hearChannel(one, heard, onLost)));
  const missingSeconds = audio.reduce((sum, one) => sum + one.missingSeconds, lostSeconds);
  await writer.close(INTERRUPTED, { missingSeconds, mayContinue: true, endedAt: lastWrittenAt });
  return { recoveredSeconds: audio.reduce((sum, one) => sum + secondsOf(one), 0), missingSeconds };
}

/** Adds what is left to the audio that is kept with the record. */
async function keepLeftAudio(
  { record: { keptSamples }, content }: LeftBehind,
  writer: SessionRecordWriter,
): Promise<void> {
  if (keptSamples === undefined) return;
  for (const { channel, pieces } of content.channels)
    for (const { samples } of after(pieces, keptSamples(channel)))
      await writer.keepAudio(channel, floatsOf(samples));
}

/** Who holds a session that was left. */
export function actorOf({ record, content: { snapshot } }: Pick<LeftBehind, 'record' | 'content'>): Actor {
  if (snapshot !== undefined) return { who: snapshot.identity, from: snapshot.from };
  return { who: { ...SERVER_ITSELF, tenant: record.tenant }, from: undefined };
}

interface Hearing {
  readonly left: LeftBehind;
  readonly writer: SessionRecordWriter;
  readonly recognizer: Recognizer;
  readonly settings: SessionSettings;
  readonly keyTerms: KeyTermList;
  readonly config: Config;
  readonly trace: CompletionTrace | undefined;
}

async function hearChannel(
  audio: LeftAudio,
  { left, writer, recognizer, settings, keyTerms, config, trace }: Hearing,
  onLost: (seconds: number) => void,
): Promise<void> {
  if (audio.pieces.length === 0) return;
  const { record, content } = left;
  const known = content.snapshot?.channels[audio.channel];
  const finals = Math.max(known?.nextSequence ?? 0, record.channels.get(audio.channel)?.nextSequence ?? 0);
  const origin = { seconds: audio.from / SAMPLE_RATE, finals };
  const commits: Promise<void>[] = [];
  let state = known?.writing ?? nothingWritten;
  const listener: LiveListener = {
    ...trace?.listenTo(audio.channel),
    onFinal: (final) => {
      const options = { ...writingOf(settings), takesBack: content.snapshot?.takesBack ?? false };
      const { written, state: next } = writeFinal(state, final, options);
      state = next;
      if (!isTold(written)) {
        trace?.withoutFinal(audio.channel, final.start, 'empty');
        return;
      }
      const said = finalRecord(saidOn(audio.channel, settings, written), audio.channel);
      const recorded = writer.commit(said);
      trace?.made(audio.channel, final.start, recorded);
      commits.push(recorded ?? Promise.resolve());
    },
    onEmpty: ({ start }) => {
      trace?.withoutFinal(audio.channel, start, 'empty');
    },
    onLost: ({ start, end }) => {
      trace?.withoutFinal(audio.channel, start, 'lost');
      onLost(end - start);
    },
  };
  const stream = openStreamOf(
    recognizer,
    { ...settings, partials: false, speakers: 'off' },
    { keyTerms, contextSeconds: config.contextSeconds, share: shareOf(record) },
    continueClock(listener, origin, () => undefined),
  );
  try {
    await hearLeftAudio(stream, audio);
  } finally {
    stream.close();
  }
  await Promise.all(commits);
}

/** Of several channels, each is a speaker. */
function saidOn(channel: number, settings: SessionSettings, final: WrittenFinal): WrittenFinal {
  if (settings.channels === 1 || settings.speakers === 'off') return final;
  const words = final.words.map((word) => ({ ...word, speaker: channel, speakerConfidence: 1 }));
  const speaker = mainSpeaker(words);
  return { ...final, words, ...(speaker === undefined ? {} : { speaker }) };
}

async function keyTermsOf(
  { record, content: { snapshot } }: LeftBehind,
  settings: SessionSettings,
  { keyTerms, reader }: CompletionServices,
): Promise<KeyTermList> {
  const shared = keyTerms.of(record.tenant);
  if (snapshot === undefined) return shared;
  const { terms } = await reader.accept(snapshot.identity, snapshot.sentTerms, shared, settings.language);
  return terms;
}

function secondsOf({ pieces }: LeftAudio): number {
  return pieces.reduce((sum, { samples }) => sum + samples.length, 0) / SAMPLE_RATE;
}
