import type { Random } from '../../../fuzz/dist/engine/random.js';
import { connect, type ClientSocket, type Message } from './client-socket.js';
import type { InputKind } from './input-kind.js';
import { mutatedRecording, oggRecordings, webmRecordings } from './mutated-inputs.js';
import { outcomeOf } from './outcomes.js';

/** How a recording is sent live. */
interface Way {
  readonly path: string;
  readonly subprotocol?: string;
  readonly before: readonly object[];
  readonly after: object;
  readonly isEnd: (message: Message) => boolean;
}

const deepgram: Way = {
  path: '/v1/listen?interim_results=true',
  before: [],
  after: { type: 'CloseStream' },
  isEnd: ({ type }) => type === 'Metadata',
};

const auscult: Way = {
  path: '/ws/transcribe',
  subprotocol: 'auscult.v1',
  before: [{ type: 'configure', encoding: 'container' }],
  after: { type: 'stop' },
  isEnd: ({ type }) => type === 'stopped',
};

/** Mutated recordings that are sent as a recorder would, each over a connection of its own. */
function recordingsOver(way: Way, recordings: () => readonly Buffer[]): InputKind {
  const all = recordings();
  return {
    share: 1,
    lanes: 2,
    send: async function* ({ httpUrl, key, random }) {
      const socket = connect({ url: httpUrl.replace('http', 'ws') + way.path, key, ...way });
      const answer = socket.answer(way.isEnd);
      for (const message of way.before) socket.send(JSON.stringify(message));
      sendInPieces(socket, mutatedRecording(all, random), random);
      socket.send(JSON.stringify(way.after));
      const what = await answer;
      socket.close();
      yield outcomeOf(what);
    },
  };
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

export const deepgramWebm = recordingsOver(deepgram, webmRecordings);
export const deepgramOgg = recordingsOver(deepgram, oggRecordings);
export const auscultWebm = recordingsOver(auscult, webmRecordings);
export const auscultOgg = recordingsOver(auscult, oggRecordings);
