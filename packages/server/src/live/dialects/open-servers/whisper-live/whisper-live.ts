import { describeError } from '@auscult/protocol';
import { selectSubprotocol } from '../../../../compatibility/select-subprotocol.js';
import { readWhisperLiveOptions } from '../../../../compatibility/whisper-live/read-options.js';
import type { Dialect, DialectServices, FirstFrame, Refusal, RefusalFrames } from '../../../dialect.js';
import { converseInWhisperLive } from './converse.js';
import { messagesTo, whisperLiveClose } from './messages.js';

/**
 * The protocol of WhisperLive. A client that is refused is told so in answer to its first frame: it takes no message without
 * the name that it gives itself there.
 */
export function createWhisperLive({ config, reader }: DialectServices): Dialect {
  const hasRoot = !config.compatibility.includes('vosk');
  return {
    name: 'whisper-live',
    service: 'whisper-live',
    paths: hasRoot ? ['/', '/whisper-live'] : ['/whisper-live'],
    connect: ({ offered }) => ({
      kind: 'open',
      subprotocol: selectSubprotocol(offered),
      change: {},
      takesBack: false,
      asked: { service: 'whisper-live', model: undefined, warnings: [] },
      converse: (place) => converseInWhisperLive(place, reader),
    }),
    refusing: { kind: 'after-first-frame', tell: tellWhisperLive },
  };
}

/** How a client of WhisperLive is told that it is refused. */
export function tellWhisperLive(
  { code, details, explanation }: Refusal,
  first: FirstFrame | undefined,
): RefusalFrames {
  const uid = first === undefined || first.isBinary ? undefined : readWhisperLiveOptions(first.frame).uid;
  const problem = { code, message: describeError(code, details, explanation).message };
  return {
    frames: uid === undefined ? [] : [messagesTo(uid).failure(problem)],
    close: whisperLiveClose(code),
  };
}
