import type { TextReader } from '../../../reading/text-reader.js';
import type { Command } from '../../commands.js';
import type {
  Dialect,
  DialectServices,
  DialectSession,
  FirstFrame,
  Refusal,
  RefusalFrames,
  SessionPlace,
} from '../../dialect.js';
import { voskClose } from './vosk/converse.js';
import { voskRefusal, voskWish } from './vosk/vosk.js';
import { converseInWhisperLive } from './whisper-live/converse.js';
import { tellWhisperLive } from './whisper-live/whisper-live.js';

/**
 * The address `/` where clients of Vosk and of WhisperLive both connect to it: the first frame tells which one it is. Clients
 * of WhisperLive cannot show a credential, so one that is shown tells, too.
 */
export function createRoot({ config, reader }: DialectServices): Dialect {
  const isShared = config.compatibility.includes('whisper-live');
  return {
    name: 'root',
    service: 'vosk',
    paths: isShared ? ['/'] : [],
    connect: (request) => {
      const wish = voskWish(request, reader);
      return { ...wish, converse: (place) => converseAtRoot(place, wish.converse, reader) };
    },
    refusing: ({ headers }) =>
      headers.authorization === undefined
        ? { kind: 'after-first-frame', tell }
        : { kind: 'by-status', answer: voskRefusal },
  };
}

/** Converses in the protocol that the first frame is written in. */
function converseAtRoot(
  place: SessionPlace,
  converseInVosk: (place: SessionPlace) => DialectSession,
  reader: TextReader,
): DialectSession {
  let chosen: DialectSession | undefined;
  let act: (command: Command) => void = () => undefined;
  let stop = (): void => undefined;

  const choose = (first: FirstFrame): DialectSession => {
    const session = isWhisperLive(first) ? converseInWhisperLive(place, reader) : converseInVosk(place);
    stop = session.start?.(act) ?? stop;
    return session;
  };

  return {
    read: (frame, isBinary) => (chosen ??= choose({ frame, isBinary })).read(frame, isBinary),
    write: (event) => chosen?.write(event) ?? [],
    close: (why) => (chosen ? chosen.close(why) : voskClose(why)),
    isResumable: () => false,
    endedBy: (event) => chosen?.endedBy?.(event),
    start: (carryOut) => {
      act = carryOut;
      return () => {
        stop();
      };
    },
  };
}

function tell(refusal: Refusal, first: FirstFrame | undefined): RefusalFrames {
  if (first !== undefined && isWhisperLive(first)) return tellWhisperLive(refusal, first);
  return { frames: [], close: voskClose(refusal.code) };
}

/** Whether a first frame is that of a client of WhisperLive, which gives itself a name. */
function isWhisperLive({ frame, isBinary }: FirstFrame): boolean {
  return !isBinary && UID_FIELD.test(frame.toString());
}

const UID_FIELD = /[{,]\s{0,99}"uid"\s{0,99}:/;
