import {
  type FfmpegEnd,
  type FfmpegInput,
  FfmpegMissingError,
  type StartFfmpeg,
} from '../containers/ffmpeg-job.js';
import { bytesInOrder } from '../containers/mp4-in-order.js';
import type { FfmpegQuestion } from './message-schemas.js';
import { PIECE_BYTES, questions } from './messages.js';
import { payloadOf, type ServerLink } from './server-link.js';

/**
 * Asks the server to start programs of ffmpeg, which a decoder may not start itself. The decoder writes their input and reads
 * their output; the server only passes these on.
 */
export function askForFfmpeg(link: ServerLink): StartFfmpeg {
  let asked = 0;
  return async (job, input) => {
    const process = asked++;
    const question: FfmpegQuestion = { process, job };
    const [isThere] = await link.ask(questions.ffmpeg, payloadOf(question));
    if (isThere !== 1) throw new FfmpegMissingError(job.program);
    const number = Buffer.alloc(4);
    number.writeUInt32LE(process);
    const fed = feed(link, number, input);
    const ended = link
      .ask(questions.ended, number)
      .then((answer) => JSON.parse(answer.toString()) as FfmpegEnd);
    return {
      output: take(link, number),
      ended: Promise.all([ended, fed]).then(([end]) => end),
      kill: () => {
        void link.ask(questions.kill, number);
      },
    };
  };
}

/** Ends as soon as the program stops reading. */
async function feed(link: ServerLink, number: Buffer, input: FfmpegInput): Promise<void> {
  if (input.type === 'path') throw new TypeError('a decoder knows no paths');
  const isHeard = async (piece: Uint8Array): Promise<boolean> =>
    (await link.ask(questions.feed, Buffer.concat([number, piece])))[0] === 1;
  for await (const bytes of await bytesInOrder(input)) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      if (!(await isHeard(bytes.subarray(at, at + PIECE_BYTES)))) return;
  }
  await isHeard(new Uint8Array(0));
}

async function* take(link: ServerLink, number: Buffer): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const bytes = await link.ask(questions.take, number);
    if (bytes.length === 0) return;
    yield bytes;
  }
}
