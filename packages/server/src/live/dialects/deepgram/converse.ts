import type { ErrorCode } from '@auscult/protocol';
import type { LiveWishes } from '../../../compatibility/deepgram/live-parameters.js';
import { deepgramModel } from '../../../compatibility/deepgram/model-info.js';
import { tellsSpeakers } from '../../../compatibility/deepgram/parameters.js';
import type { ParameterWarning } from '../../../compatibility/parameters.js';
import type { TextReader } from '../../../reading/text-reader.js';
import type { Command } from '../../commands.js';
import type { DialectSession, SessionPlace } from '../../dialect.js';
import type { SessionEvent } from '../../events.js';
import type { AudioFormat } from '../../../compatibility/deepgram/audio-format.js';
import { closeFrameOf } from './close-frame.js';
import type { DeepgramMessage } from '../../../compatibility/deepgram/client-message.js';
import { createEmptyFrameWatch } from './empty-frame-watch.js';
import { metadataOf } from './metadata.js';
import { receiveAudio } from './received-audio.js';
import { createReconfiguration } from './reconfiguration.js';
import { createTranscriptMessages } from './transcript-messages.js';

/** What a conversation begins with. */
export interface ConverseOptions {
  readonly wishes: Partial<LiveWishes>;
  readonly warnings: readonly ParameterWarning[];
  readonly format: AudioFormat;
  readonly reader: TextReader;
}

/** Errors that end the session, of which its client learns by the close frame. */
const FATAL: ReadonlySet<ErrorCode> = new Set([
  'audio_lost',
  'container_broken',
  'container_unknown',
  'credential_expired',
  'frame_too_large',
  'internal_error',
  'record_failed',
  'slow_reader',
  'too_many_bad_messages',
]);

const UNKNOWN_FEATURES: ParameterWarning = {
  parameter: 'features',
  reason: 'only numerals can be changed in a session',
};

/** Converses with a client of Deepgram's live interface. */
export function converse(place: SessionPlace, options: ConverseOptions): DialectSession {
  const { wishes, format, reader } = options;
  const model = deepgramModel({ name: place.model, family: place.modelFamily });
  const isMixed = format.kind === 'samples' && format.channels === 2 && wishes.isMultichannel !== true;
  const channels = channelsOf(options);
  const { sessionId: requestId } = place;
  const { isPunctuated = true } = wishes;
  const audio = receiveAudio(format, isMixed);
  const speakers = tellsSpeakers(wishes) ? 'told' : 'untold';
  const view = { requestId, model, channels, isPunctuated, speakers } as const;
  const transcript = createTranscriptMessages(view, wishes);
  const reconfiguration = createReconfiguration(requestId);
  const emptyFrames = createEmptyFrameWatch(audio.hasCome);
  const begunAt = new Date();
  const warnings = [...options.warnings];
  let duration = 0;
  let hasEnded = false;

  const commandOf = (message: DeepgramMessage): Command => {
    switch (message.kind) {
      case 'keep-alive':
        return { kind: 'keepalive' };
      case 'finalize':
        transcript.finalize(message.channel);
        return { kind: 'finalize' };
      case 'close':
        return { kind: 'end' };
      case 'configure':
        if (message.hasUnknown && !warnings.includes(UNKNOWN_FEATURES)) warnings.push(UNKNOWN_FEATURES);
        return reconfiguration.commandOf(message);
      case 'unreadable':
        return message;
    }
  };

  const metadata = (): readonly object[] => {
    if (hasEnded) return [];
    hasEnded = true;
    const { tags, extra } = wishes;
    const digest = audio.digest();
    return [metadataOf({ requestId, digest, begunAt, duration, channels, model, warnings, tags, extra })];
  };

  const messagesOf = (event: SessionEvent): readonly object[] => {
    switch (event.kind) {
      case 'stopped':
      case 'ending':
        return metadata();
      case 'warning':
        warnings.push({ parameter: 'keyterm', reason: event.warning.message });
        return [];
      case 'error':
        if (event.problem.code === 'idle_timeout') return metadata();
        if (FATAL.has(event.problem.code)) return [];
        return [{ type: 'Error', variant: 'SchemaError', description: event.problem.message }];
      case 'taken':
        duration = event.receivedSeconds;
        return transcript.of(event);
      default:
        return transcript.of(event);
    }
  };

  return {
    read: (frame, isBinary) => {
      emptyFrames.saw(frame, isBinary);
      if (isBinary) return audio.take(frame);
      const message = reader.deepgramMessage(place.identity, frame);
      return message instanceof Promise ? message.then(commandOf) : commandOf(message);
    },
    write: (event) => {
      if (event.kind === 'reply') return event.frames();
      if (event.kind === 'configured') return reconfiguration.done();
      return messagesOf(event).map((message) => JSON.stringify(message));
    },
    close: closeFrameOf,
    isResumable: () => false,
    followsAudio: true,
    endedBy: fatalErrorOf,
    start: emptyFrames.start,
  };
}

function channelsOf({ format, wishes }: ConverseOptions): number {
  const given = format.kind === 'samples' ? format.channels : (wishes.channels ?? 1);
  return wishes.isMultichannel === true && given === 2 ? 2 : 1;
}

/** There is no message that would say that text is missing, and what cannot be decoded will not get better. */
function fatalErrorOf(event: SessionEvent): ErrorCode | undefined {
  if (event.kind === 'lost') return 'audio_lost';
  if (event.kind !== 'error') return undefined;
  const { code } = event.problem;
  return code === 'container_unknown' || code === 'container_broken' ? code : undefined;
}
