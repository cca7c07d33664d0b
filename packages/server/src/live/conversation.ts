import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  nothingWritten,
  writeFinal,
  type DroppedWords,
  type KeyTermList,
  type LiveListener,
  type Recognizer,
  type WritingOptions,
} from '@auscult/asr';
import {
  applyConfigure,
  blockBytes,
  checkAudioLength,
  defaultSessionSettings,
  describeError,
  describeWarning,
  dropTable,
  PROTOCOL,
  type AcknowledgedMessage,
  type DropReason,
  type ErrorMessage,
  type ResumedMessage,
  type SessionSettings,
  type WarningCode,
} from '@auscult/protocol';
import { ownershipOf, shareOf, type Identity } from '../access/identity.js';
import { scopeOf } from '../access/permissions.js';
import type { Config } from '../config/schema.js';
import { clientErrorOf } from '../errors.js';
import { inabilityOf, lexiconInForce } from '../model-abilities.js';
import {
  NO_TERMS,
  type MessageReading,
  type ReadConfigure,
  type ReadMessage,
} from '../reading/client-text.js';
import type { TextReader } from '../reading/text-reader.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import { finalRecord } from '../records/final-record.js';
import type { SessionDescription } from '../records/session-settings.js';
import type { Transcriptions } from '../transcriptions/transcriptions.js';
import { openChannels, type Channels } from './channels.js';
import { createDelivery } from './delivery.js';
import { createEncodedAudioWatch, type EncodedAudio } from './encoded-audio.js';
import { messageActions } from './message-actions.js';
import type { Send } from './outbox.js';
import { refinementMessage } from './dialects/auscult/refinement-message.js';
import { createRefinementSpool, type RefinementSpool } from './refinement-spool.js';
import {
  finalMessage,
  flooredSeconds,
  partialMessage,
  wireSeconds,
} from './dialects/auscult/transcription-message.js';

/** Audio that is taken at a stroke, bytes: resampling it takes 4 ms at most (bench `hostile-input`). */
const AT_ONCE_BYTES = 32_768;

/** Whether what is left of a frame is to be dropped. */
type Superseded = () => boolean;

/** What a conversation needs from the session that it is held in. */
export interface ConversationServices {
  readonly sessionId: string;
  /** Who speaks. */
  readonly identity: Identity;
  /** What the program calls itself, if it does. */
  readonly client: string | undefined;
  /** Told to a client that opted in; undefined where sessions cannot be resumed. */
  readonly resumeToken: string | undefined;
  readonly config: Config;
  readonly recognizer: Recognizer;
  /** Reads the session again where that is wanted. */
  readonly refiner: Recognizer;
  readonly transcriptions: Transcriptions;
  /** Key terms of the server and of the tenant of whoever speaks. */
  readonly sharedTerms: KeyTermList;
  /** Reads what the client sends as text. */
  readonly reader: TextReader;
  /** Keeps the finals. */
  readonly writer: SessionRecordWriter;
  /** Whether records can be written now. */
  readonly isRecording: () => boolean;
  readonly send: Send;
  /** Whether the client asked for the subprotocol when it connected. */
  readonly optedIn: boolean;
  /** What came as samples looks like something else. */
  readonly onEncoded: (code: WarningCode) => void;
  /** Some audio was taken. */
  readonly onAudio: (seconds: number) => void;
  /** Recognition of some audio failed for good. */
  readonly onLost: (seconds: number) => void;
  /** Words that were heard are not kept. */
  readonly onDropped: (reason: DropReason, times: number) => void;
  /** A final stays as it was spoken, as a number or a negation would have been lost. */
  readonly onRewriteStopped: () => void;
  /** A final could not be recorded, so that it was not sent. */
  readonly onUnrecorded: (error: unknown) => void;
  /** The client has sent too many messages in a row that make no sense. */
  readonly onHopeless: () => void;
}

/** What is said in one session: the meaning of each message, and what is answered. */
export interface Conversation {
  /** Says hello, and `ready` to a client that opted in. */
  readonly greet: () => void;
  /**
   * Takes a frame. A promise means that what follows has to wait for it; once `superseded`, what is left of the frame
   * counts as if it had never come.
   */
  readonly take: (frame: Buffer, isBinary: boolean, superseded: () => boolean) => void | Promise<void>;
  /** Resolves once the finals of all audio taken are sent. */
  readonly flush: () => Promise<void>;
  /**
   * Drops what is pending. What was kept to be read again is read all the same. Returns the seconds of audio that were
   * taken and whose text, if there was speech in it, is missing: recognition failed, or it was dropped.
   */
  readonly close: () => number;
  readonly pendingSeconds: () => number;
  readonly receivedSeconds: () => number;
  /** How far audio has come, and its text. */
  readonly acknowledgement: () => AcknowledgedMessage;
  /** What a client that comes back is told first. */
  readonly resumption: () => ResumedMessage;
  /** Finals sent. */
  readonly finals: () => number;
  readonly hasOptedIn: () => boolean;
}

/** Starts a conversation. A client that never opts in is sent `connection`, `transcription` and `error` only. */
export function createConversation(services: ConversationServices): Conversation {
  const { config, recognizer, writer } = services;
  const delivery = createDelivery(services.send, {
    isRecording: services.isRecording,
    onFailure: services.onUnrecorded,
  });
  const { send } = delivery;
  let optedIn = services.optedIn;
  let settings: SessionSettings = {
    ...defaultSessionSettings,
    language: config.language,
    task: config.task,
    refine: config.refine,
    writtenForm: config.writtenForm ? 'on' : 'off',
    dictationCommands: config.dictationCommands ? 'on' : 'off',
    lexicon: config.lexicon,
    endpointing: { silenceMs: config.endpointingMs, maxUtteranceSeconds: config.maxUtteranceSeconds },
  };
  let channels: Channels | undefined;
  let spool: RefinementSpool | undefined;
  let sentTerms = NO_TERMS;
  let keyTerms = services.sharedTerms;
  /** Of each channel, as the client counts them. */
  let receivedSamples = 0;
  const encodedAudio = createEncodedAudioWatch();
  let badInARow = 0;
  let finals = 0;
  let words = 0;
  let lostSeconds = 0;

  function take(frame: Buffer, isBinary: boolean, superseded: Superseded): void | Promise<void> {
    if (isBinary)
      return may('binary') ? takeAudio(frame, undefined, superseded) : refuse(describeError('forbidden'));
    return whenRead(services.reader.message(services.identity, frame), superseded, (reading) =>
      takeText(reading, superseded),
    );
  }

  function takeText(reading: MessageReading, superseded: Superseded): void | Promise<void> {
    if (!reading.ok) return refuse(reading.error);
    const { message } = reading;
    if (!may(message.type)) return refuse(describeError('forbidden'));
    if (message.type === 'audio') return takeAudio(message.pcm, message.sampleRate, superseded);
    badInARow = 0;
    return takeControl(message, superseded);
  }

  function may(message: keyof typeof messageActions): boolean {
    return scopeOf(messageActions[message], services.identity.role) !== 'none';
  }

  function takeAudio(
    pcm: Uint8Array,
    sampleRate: number | undefined,
    superseded: Superseded,
  ): void | Promise<void> {
    const encoded = encodedAudio.take(pcm, settings.encoding);
    if (encoded) tellEncoded(encoded);
    const error = checkAudioLength(pcm.length, settings);
    if (error) return refuse(error);
    badInARow = 0;
    if (pcm.length > AT_ONCE_BYTES) return pushInParts(pcm, sampleRate, superseded);
    push(pcm, sampleRate);
  }

  /** What is sent in one piece is long: others are heard between its parts. */
  async function pushInParts(
    pcm: Uint8Array,
    sampleRate: number | undefined,
    superseded: Superseded,
  ): Promise<void> {
    for (let at = 0; at < pcm.length && !superseded(); at += AT_ONCE_BYTES) {
      if (!push(pcm.subarray(at, at + AT_ONCE_BYTES), sampleRate)) return;
      await nextTurn();
    }
  }

  /** Tells whether the audio was taken. */
  function push(pcm: Uint8Array, sampleRate: number | undefined): boolean {
    channels ??= open();
    const before = channels.receivedSeconds();
    try {
      channels.push(pcm, sampleRate);
    } catch (thrown) {
      const { code, details } = clientErrorOf(thrown);
      if (code === 'internal_error') throw thrown;
      refuse(describeError(code, details));
      return false;
    }
    receivedSamples += pcm.length / blockBytes(settings);
    services.onAudio(channels.receivedSeconds() - before);
    return true;
  }

  function tellEncoded({ code, kind }: EncodedAudio): void {
    services.onEncoded(code);
    const details = code === 'encoded_audio' ? { detail: `It looks like ${kind}.` } : undefined;
    if (optedIn) send(describeWarning(code, details));
  }

  function open(): Channels {
    writer.describe(describe());
    if (settings.refine === 'on-stop') spool = openSpool();
    const share = shareOf(ownershipOf(services.identity));
    return openChannels(recognizer, heardSettings(), keyTerms, config.contextSeconds, share, listenerOf);
  }

  function describe(): SessionDescription {
    const { language, channels: count, task, sampleRate, encoding, refine, endpointing } = settings;
    const { client } = services;
    return {
      language,
      channels: count,
      task,
      sampleRate,
      settings: {
        ...writingOptions(),
        encoding,
        refine: refine === 'on-stop',
        endpointing,
        keyTerms: sentTerms,
        lexicon: lexiconInForce(config, settings),
        ...(client === undefined ? {} : { client }),
      },
    };
  }

  function openSpool(): RefinementSpool {
    const { language, task } = settings;
    return createRefinementSpool({
      ...services,
      ownership: ownershipOf(services.identity),
      recognizer: services.refiner,
      language,
      task,
      keyTerms,
      lexicon: settings.lexicon,
      writing: writingOptions(),
      channels: settings.channels,
      onWarning: warn,
      onEnd: (transcription) => {
        if (optedIn) send(refinementMessage(transcription, config.maxSendBufferBytes));
      },
    });
  }

  function takeControl(
    message: Exclude<ReadMessage, { type: 'audio' }>,
    superseded: Superseded,
  ): void | Promise<void> {
    switch (message.type) {
      case 'configure':
        return configure(message, superseded);
      case 'stop':
        return stop();
      case 'finalize':
        return finalize();
      case 'resume':
        return send(describeError('resume_misplaced'));
      case 'keepalive':
        return;
    }
  }

  function configure(message: ReadConfigure, superseded: Superseded): void | Promise<void> {
    if (channels) return send(describeError('configure_too_late'));
    const wanted = applyConfigure(settings, message);
    const inability = inabilityOf(recognizer.model, wanted);
    if (inability) return send(describeError(inability.code, inability.details));
    const sent = message.keyterms ?? sentTerms;
    const accepted = services.reader.accept(services.identity, sent, services.sharedTerms, wanted.language);
    return whenRead(accepted, superseded, ({ terms, warnings }) => {
      optedIn = true;
      settings = wanted;
      sentTerms = sent;
      keyTerms = terms;
      sendReady();
      for (const warning of warnings) send(warning);
    });
  }

  async function stop(): Promise<void> {
    await flush();
    const refinement = spool?.finish();
    if (!optedIn) return;
    send({
      type: 'stopped',
      audioSeconds: wireSeconds(receivedSeconds()),
      speechSeconds: wireSeconds(channels?.speechSeconds() ?? 0),
      utterances: finals,
      words,
      ...(refinement === undefined ? {} : { refinement: { id: refinement } }),
    });
  }

  async function finalize(): Promise<void> {
    await flush();
    if (!optedIn) return;
    const at = wireSeconds(receivedSeconds());
    send({ type: 'speech', state: 'finalized', at });
  }

  async function flush(): Promise<void> {
    await channels?.flush();
    await delivery.settled();
  }

  function receivedSeconds(): number {
    return channels?.receivedSeconds() ?? 0;
  }

  /** Before this moment all text is recorded. */
  function settledSeconds(): number {
    return Math.min(channels?.settledSeconds() ?? 0, delivery.unrecordedFrom() ?? Infinity);
  }

  function warn(code: WarningCode): void {
    if (optedIn) send(describeWarning(code));
  }

  function refuse(error: ErrorMessage): void {
    send(error);
    badInARow += 1;
    if (badInARow >= config.maxBadMessages) services.onHopeless();
  }

  function sendReady(): void {
    send({
      type: 'ready',
      sessionId: services.sessionId,
      protocol: PROTOCOL,
      model: recognizer.model.name,
      ...settings,
      lexicon: lexiconInForce(config, settings),
      keyterms: keyTerms.count,
      limits: { maxFrameBytes: config.maxFrameBytes, maxBufferedSeconds: config.maxBufferedSeconds },
      ...(services.resumeToken !== undefined && {
        resume: { token: services.resumeToken, seconds: config.resumeSeconds },
      }),
    });
  }

  function heardSettings(): SessionSettings {
    return { ...settings, partials: optedIn && settings.partials };
  }

  /** A client that did not opt in gets what the model heard. */
  function writingOptions(): WritingOptions {
    return {
      writtenForm: optedIn && settings.writtenForm === 'on',
      dictationCommands: optedIn && settings.dictationCommands === 'on',
    };
  }

  function listenerOf(index: number): LiveListener {
    const shape = { words: optedIn && settings.words, channel: settings.channels > 1 ? index : undefined };
    const place = shape.channel === undefined ? {} : { channel: index };
    const writing = writingOptions();
    let state = nothingWritten;
    let isShown = false;
    /** Tells a client that has seen some of the words. */
    const tellDropped = (reason: DropReason, words: Pick<DroppedWords, 'sequence' | 'start' | 'end'>) => {
      const { sequence } = words;
      const [start, end] = [wireSeconds(words.start), wireSeconds(words.end)];
      send({ type: 'dropped', reason, message: dropTable[reason], sequence, start, end, ...place });
    };
    return {
      onAudio: (samples) => {
        spool?.keep(index, samples);
        void writer.keepAudio(index, samples);
      },
      onFinal: (hypothesis) => {
        const { written, state: next } = writeFinal(state, hypothesis, writing);
        state = next;
        const wasShown = isShown;
        isShown = false;
        if (written.rewriteStopped) services.onRewriteStopped();
        if (written.removes !== undefined) services.onDropped('retracted', written.removes.length);
        if (written.text === '' && written.removes === undefined) {
          services.onDropped('retracted', 1);
          if (wasShown) tellDropped('retracted', hypothesis);
          return;
        }
        finals += 1;
        words += written.words.length;
        const final = finalRecord(written, index);
        delivery.sendFinal(final, finalMessage(written, shape), writer.commit(final));
      },
      onPartial: (hypothesis) => {
        if (hypothesis.text === '') return;
        isShown = true;
        send(partialMessage(hypothesis, shape));
      },
      onSpeech: ({ state, at }) => {
        if (optedIn) send({ type: 'speech', state, at: wireSeconds(at), ...place });
      },
      onDropped: (words) => {
        services.onDropped(words.reason, 1);
        isShown = false;
        if (words.shown) tellDropped(words.reason, words);
      },
      onLost: ({ start, end }) => {
        lostSeconds += end - start;
        services.onLost(end - start);
        send(describeError('audio_lost', { start: wireSeconds(start), end: wireSeconds(end), ...place }));
      },
    };
  }

  return {
    greet: () => {
      send({
        type: 'connection',
        status: 'connected',
        message: 'Real-time transcription ready',
        model: recognizer.model.name,
      });
      if (optedIn) sendReady();
    },
    take,
    flush,
    close: () => {
      spool?.finish();
      const missing = lostSeconds + receivedSeconds() - settledSeconds();
      channels?.close();
      return missing;
    },
    pendingSeconds: () => (channels?.pendingSeconds() ?? 0) + delivery.unrecordedSeconds(),
    receivedSeconds,
    acknowledgement: () => ({
      type: 'acknowledged',
      receivedSamples,
      settledSeconds: flooredSeconds(settledSeconds()),
    }),
    resumption: () => ({ type: 'resumed', sessionId: services.sessionId, receivedSamples }),
    finals: () => finals,
    hasOptedIn: () => optedIn,
  };
}

/** Goes on with what was read: at once, or when it is read, unless it is superseded by then. */
function whenRead<Read>(
  read: Read | Promise<Read>,
  superseded: Superseded,
  goOn: (read: Read) => void | Promise<void>,
): void | Promise<void> {
  if (!(read instanceof Promise)) return goOn(read);
  return read.then((late) => (superseded() ? undefined : goOn(late)));
}
