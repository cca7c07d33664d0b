import type { Random } from '../../../fuzz/dist/engine/random.js';
import { connect, hasEnded, type ClientSocket, type Message } from './client-socket.js';
import type { InputKind, Outcome } from './input-kind.js';
import { liveOgg, liveWebm, type LiveRecording } from './live-recording.js';
import { mutatedPart } from './mutate-part.js';
import { mutatedRecording, oggRecordings, webmRecordings } from './mutated-inputs.js';
import { outcomeOf } from './outcomes.js';

/** How a recording is sent live, and how a client sees how far the server has read. */
interface Way {
  readonly path: string;
  readonly subprotocol?: string;
  readonly before: readonly object[];
  /** A message that is answered once all audio before it was decoded. */
  readonly question: (number: number) => object;
  readonly isAnswer: (message: Message, number: number) => boolean;
  readonly after: object;
  readonly isEnd: (message: Message) => boolean;
}

const deepgram: Way = {
  path: '/v1/listen?interim_results=true',
  before: [],
  question: (number) => ({ type: 'Configure', keyterms: [`zorblax ${String(number)}`] }),
  isAnswer: ({ type, keyterms }, number) =>
    type === 'ConfigureSuccess' && Array.isArray(keyterms) && keyterms[0] === `zorblax ${String(number)}`,
  after: { type: 'CloseStream' },
  isEnd: ({ type }) => type === 'Metadata',
};

const auscult: Way = {
  path: '/ws/transcribe',
  subprotocol: 'auscult.v1',
  before: [{ type: 'configure', encoding: 'container' }],
  question: () => ({ type: 'finalize' }),
  isAnswer: ({ type, state }) => type === 'speech' && state === 'finalized',
  after: { type: 'stop' },
  isEnd: ({ type }) => type === 'stopped',
};

/** Recordings that are changed as a whole, which also reaches their heads. */
const WHOLE = 0.1;
/** Parts of one recording that are changed; between them, some are right. */
const MOST_CHANGED = 40;
const RIGHT = 0.3;

/** Mutated recordings that are sent as a recorder would, each over a connection of its own. */
function recordingsOver(way: Way, whole: readonly Buffer[], inParts: readonly LiveRecording[]): InputKind {
  return {
    share: 4,
    lanes: 4,
    send: async function* ({ httpUrl, key, random }) {
      const socket = connect({ url: httpUrl.replace('http', 'ws') + way.path, key, ...way });
      try {
        for (const message of way.before) socket.send(JSON.stringify(message));
        const recording = random.pick(inParts);
        if (recording === undefined || random.chance(WHOLE)) {
          sendInPieces(socket, mutatedRecording(whole, random), random);
          yield await sendEnd(socket, way);
        } else yield* sendParts(socket, way, recording, random);
      } finally {
        socket.close();
      }
    },
  };
}

/** One part after the other; each that is changed is followed by a question, and the last by the end of the recording. */
async function* sendParts(
  socket: ClientSocket,
  way: Way,
  recording: LiveRecording,
  random: Random,
): AsyncGenerator<Outcome, void> {
  const { head, parts } = recording;
  socket.send(head, true);
  let at = 0;
  const next = () => parts[at++ % parts.length] ?? { bytes: head, contentAt: 0, holding: () => head };
  for (let number = 1; number <= MOST_CHANGED; number++) {
    while (random.chance(RIGHT)) socket.send(next().bytes, true);
    socket.send(mutatedPart(next(), recording, random), true);
    if (number === MOST_CHANGED) yield await sendEnd(socket, way);
    else {
      const answer = socket.answer((message) => way.isAnswer(message, number));
      socket.send(JSON.stringify(way.question(number)));
      const what = await answer;
      yield outcomeOf(what);
      if (what === 'nothing' || hasEnded(what)) return;
    }
  }
}

async function sendEnd(socket: ClientSocket, { after, isEnd }: Way): Promise<Outcome> {
  const answer = socket.answer(isEnd);
  socket.send(JSON.stringify(after));
  return outcomeOf(await answer);
}

/** Cut anywhere. */
function sendInPieces(socket: ClientSocket, recording: Buffer, random: Random): void {
  const longest = 1 << (4 + random.below(10));
  for (let at = 0; at < recording.length;) {
    const end = at + 1 + random.below(longest);
    socket.send(recording.subarray(at, end), true);
    at = end;
  }
}

const [webm, ogg] = [webmRecordings(), oggRecordings()];
const [webmInParts, oggInParts] = [liveWebm(webm), liveOgg(ogg)];

export const deepgramWebm = recordingsOver(deepgram, webm, webmInParts);
export const deepgramOgg = recordingsOver(deepgram, ogg, oggInParts);
export const auscultWebm = recordingsOver(auscult, webm, webmInParts);
export const auscultOgg = recordingsOver(auscult, ogg, oggInParts);
