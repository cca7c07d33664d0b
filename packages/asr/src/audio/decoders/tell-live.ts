import { createByteSource } from '../byte-source.js';
import { brokenContainer } from '../containers/unreadable.js';
import { loadResampling } from '../resample.js';
import { hearStream } from '../streaming/hear-stream.js';
import { decodeStream } from '../streaming/open-stream.js';
import { decodeOpusPackets } from '../streaming/opus-stream.js';
import { askForFfmpeg } from './asked-ffmpeg.js';
import type { DecodingFailure } from './message-schemas.js';
import { type DecodingTask, LIVE_NAME, type LiveTask, questions } from './messages.js';
import type { ServerLink } from './server-link.js';
import { createSoundSender } from './sound-sender.js';

/**
 * Decodes what comes live, and sends the sound of each piece before it asks for the next, so that whoever gives the
 * pieces knows what was heard. Throws as `decodeStream` does.
 */
export async function tellLive(link: ServerLink, { name }: DecodingTask, live: LiveTask): Promise<void> {
  const sender = createSoundSender(link, live.channels);
  const read = async (): Promise<Uint8Array | undefined> => {
    await sender.give();
    const piece = await link.ask(questions.read);
    return piece.length === 0 ? undefined : piece;
  };
  const blocks =
    live.kind === 'opus'
      ? decodeOpusPackets(name, piecesOf(read), live.channels)
      : decodeStream({ name, bytes: createByteSource(read), startFfmpeg: askForFfmpeg(link), isLive: true });
  try {
    const heard = hearStream(name, blocks, live.channels, await loadResampling());
    for await (const sound of heard) await sender.add(sound);
  } finally {
    await sender.give();
  }
}

async function* piecesOf(read: () => Promise<Uint8Array | undefined>): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const piece = await read();
    if (piece === undefined) return;
    yield piece;
  }
}

/**
 * What is live cannot be tried again in another way, so there are only two failures: it begins as nothing that can be decoded,
 * or cannot be decoded any further.
 */
export function liveFailureOf(failure: DecodingFailure): DecodingFailure {
  const { code, message, remedy } = failure;
  switch (code) {
    case 'container_unknown':
    case 'out_of_memory':
      return failure;
    case 'unsupported_audio':
      return { code: 'container_unknown', message, remedy };
    case 'decoder_failed': {
      const error = brokenContainer(LIVE_NAME);
      return { code: 'container_broken', message: error.message, remedy: error.remedy };
    }
    default:
      return { code: 'container_broken', message, remedy };
  }
}
