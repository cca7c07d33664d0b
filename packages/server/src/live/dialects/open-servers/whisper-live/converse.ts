import { describeError } from '@auscult/protocol';
import { createByteCarry } from '../../../../compatibility/carry-bytes.js';
import type { ParameterWarning } from '../../../../compatibility/parameters.js';
import { USUAL_SEGMENTS } from '../../../../compatibility/whisper-live/parameters.js';
import type { WhisperLiveOptions } from '../../../../compatibility/whisper-live/read-options.js';
import type { TextReader } from '../../../../reading/text-reader.js';
import type { Command } from '../../../commands.js';
import type { DialectSession, SessionPlace } from '../../../dialect.js';
import type { Problem, SessionEvent } from '../../../events.js';
import { createQuietWatch } from '../quiet-watch.js';
import { messagesTo, whisperLiveClose, type WhisperLiveMessages } from './messages.js';
import { createSegmentLists, type SegmentLists } from './segments.js';

/** Samples a second. */
const RATE = 16_000;

/** What a client sends in place of audio when it is done. */
const END_OF_AUDIO = Buffer.from('END_OF_AUDIO');

/** A client that has said who it is. */
interface Client {
  readonly messages: WhisperLiveMessages;
  readonly lists: SegmentLists;
  readonly warnings: readonly ParameterWarning[];
  readonly sampleBytes: number;
}

/** Converses with a client of WhisperLive, whose first frame says who it is and what it wants. */
export function converseInWhisperLive({ identity }: SessionPlace, reader: TextReader): DialectSession {
  const carry = createByteCarry();
  const quiet = createQuietWatch(() => (isEnding ? end() : { kind: 'finalize' }));
  let client: Client | undefined;
  let isReady = false;
  let hasAudio = false;
  let isEnding = false;
  let isOver = false;
  let hasFailed = false;

  const begin = (options: WhisperLiveOptions): Command => {
    if (options.uid !== undefined) client = clientOf(options.uid, options);
    if (!options.ok) return { kind: 'unreadable', problem: options.problem };
    const { wishes, keyterms, warnings } = options;
    const { language, task, encoding = 'f32le' } = wishes;
    return {
      kind: 'configure',
      change: {
        encoding,
        sampleRate: RATE,
        ...(language !== undefined && { language }),
        ...(task !== undefined && { task }),
      },
      keyterms,
      asked: { service: 'whisper-live', model: wishes.model, warnings },
    };
  };

  const greet = (frame: Buffer, isBinary: boolean): Command | Promise<Command> => {
    if (isBinary) return { kind: 'unreadable', problem: describeError('invalid_message', { field: 'uid' }) };
    const options = reader.whisperLiveOptions(identity, frame);
    return options instanceof Promise ? options.then(begin) : begin(options);
  };

  const takeAudio = (frame: Buffer, { sampleBytes }: Client): Command => {
    hasAudio ||= frame.length > 0;
    if (!hasAudio) return { kind: 'keepalive' };
    // Clients that play a file say nothing at its end but wait for its last words. Others end with an empty frame, which some
    // browsers also send by mistake.
    quiet.wait();
    isEnding = frame.length === 0;
    const pcm = carry.take(frame, sampleBytes);
    return pcm.length === 0 ? { kind: 'keepalive' } : { kind: 'audio', pcm, sampleRate: undefined };
  };

  const end = (): Command => {
    isOver = true;
    return { kind: 'end' };
  };

  const fail = ({ messages }: Client, problem: Problem): readonly string[] => {
    if (hasFailed) return [];
    hasFailed = true;
    return [problem.code === 'idle_timeout' ? messages.disconnect() : messages.failure(problem)];
  };

  const write = (event: SessionEvent): readonly string[] => {
    if (event.kind === 'reply') return event.frames();
    if (event.kind === 'paused') quiet.pause();
    if (client === undefined) return [];
    const { messages, lists } = client;
    switch (event.kind) {
      case 'configured':
        if (isReady) return [];
        isReady = true;
        return [
          ...client.warnings.map(({ parameter, reason }) => messages.warning(`${parameter}: ${reason}`)),
          messages.ready(),
        ];
      case 'warning':
        return [messages.warning(event.warning.message)];
      case 'partial':
        return [messages.segments(lists.partial(event.hypothesis))];
      case 'final':
        return lists.final(event.hypothesis).map(messages.segments);
      case 'empty':
        return lists.without(event.utterance.sequence).map(messages.segments);
      case 'dropped':
        return lists.without(event.sequence).map(messages.segments);
      case 'stopped':
        return [messages.disconnect()];
      case 'error':
        return fail(client, event.problem);
      default:
        return [];
    }
  };

  return {
    read: (frame, isBinary) => {
      quiet.interrupt();
      if (isOver) return { kind: 'keepalive' };
      if (client === undefined) return greet(frame, isBinary);
      if (END_OF_AUDIO.equals(frame)) return end();
      if (isBinary) return takeAudio(frame, client);
      return { kind: 'unreadable', problem: describeError('unknown_type', { limit: 'END_OF_AUDIO' }) };
    },
    write,
    endedBy: (event) => {
      if (event.kind === 'error') return event.problem.code;
      return event.kind === 'lost' ? 'audio_lost' : undefined;
    },
    close: whisperLiveClose,
    isResumable: () => false,
    start: quiet.start,
  };
}

function clientOf(uid: NonNullable<WhisperLiveOptions['uid']>, options: WhisperLiveOptions): Client {
  const { mostSegments = USUAL_SEGMENTS, hasWords = false, encoding } = options.ok ? options.wishes : {};
  return {
    messages: messagesTo(uid),
    lists: createSegmentLists({ most: mostSegments, hasWords }),
    warnings: options.ok ? options.warnings : [],
    sampleBytes: encoding === 's16le' ? 2 : 4,
  };
}
