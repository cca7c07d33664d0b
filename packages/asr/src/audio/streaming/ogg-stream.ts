import type { DecodedAudio, DecodedBlock, RecordingInput } from '../containers/container.js';
import { type OggDecoder, oggDecoders } from '../containers/decode-ogg.js';
import { asBuffer, HEADER_BYTES, type OggPage, parsePage } from '../containers/ogg.js';
import { oggCodec } from '../containers/ogg-codec.js';
import type { OggLink } from '../containers/ogg-link.js';
import { createOpusPackets, parseOpusHead } from '../containers/opus-packets.js';
import { brokenContainer } from '../containers/unreadable.js';

/**
 * Ogg with Opus, Vorbis or FLAC while it is recorded. Opus is decoded packet by packet; the decoders of the others hold back
 * one page. Throws `container_broken` for whatever is no intact page, and for a track of another codec.
 */
export function openOggStream(input: RecordingInput): DecodedAudio {
  return { durationSeconds: undefined, blocks: decodePages(input) };
}

type Blocks = AsyncGenerator<DecodedBlock, undefined>;

async function* decodePages(input: RecordingInput): Blocks {
  let link: OggLink | undefined;
  try {
    for (;;) {
      const page = await nextPage(input);
      if (page === undefined) break;
      if (page.isFirst && (link === undefined || link.isBegun)) {
        if (link !== undefined) yield* link.end();
        link?.free();
        link = undefined;
        const codec = oggCodec(page.body);
        if (codec === undefined)
          throw brokenContainer(input.name, 'holds no sound that can be decoded in Ogg');
        link = codec === 'opus' ? openOpus(input, page) : openPages(input, page, oggDecoders[codec]());
      }
      if (link?.serialNumber === page.serialNumber) yield* link.take(page);
    }
    if (link !== undefined) yield* link.end();
    return undefined;
  } finally {
    link?.free();
  }
}

const CAPTURE_PATTERN = 'OggS';

/** The next page; undefined at the end, and if the last page is not whole. */
async function nextPage({ name, bytes }: RecordingInput): Promise<OggPage | undefined> {
  const start = asBuffer(await bytes.peek(HEADER_BYTES));
  if (start.length < HEADER_BYTES) {
    await bytes.skip(start.length);
    return undefined;
  }
  if (start.toString('latin1', 0, CAPTURE_PATTERN.length) !== CAPTURE_PATTERN) return undefined;
  const lengths = HEADER_BYTES + start.readUInt8(HEADER_BYTES - 1);
  const head = await bytes.peek(lengths);
  const length = head.subarray(HEADER_BYTES).reduce((sum, lacing) => sum + lacing, lengths);
  const page = parsePage(asBuffer(await bytes.read(length)));
  if (page?.isIntact === false) throw brokenContainer(name, 'has a page of Ogg with a wrong checksum');
  return page;
}

function openPages({ name }: RecordingInput, { serialNumber }: OggPage, decoder: OggDecoder): OggLink {
  let isBegun = false;
  const given = ({
    errors,
    channelData,
    samplesDecoded,
    sampleRate,
  }: Awaited<ReturnType<OggDecoder['flush']>>): readonly DecodedBlock[] => {
    if (errors.length > 0) throw brokenContainer(name);
    return samplesDecoded > 0 ? [{ channels: channelData, sampleRate }] : [];
  };
  return {
    serialNumber,
    get isBegun() {
      return isBegun;
    },
    async *take(page) {
      isBegun ||= !page.isFirst;
      await decoder.ready;
      yield* given(await decoder.decode(page.bytes));
    },
    async *end() {
      await decoder.ready;
      yield* given(await decoder.flush());
    },
    free: () => {
      decoder.free();
    },
  };
}

function openOpus({ name }: RecordingInput, { serialNumber, body }: OggPage): OggLink {
  const head = parseOpusHead(body);
  if (head === undefined) throw brokenContainer(name, 'has no valid head of Opus');
  const opus = createOpusPackets(head);
  const packetsIn = createPacketReader();
  let packets = 0;
  return {
    serialNumber,
    get isBegun() {
      return packets > 1;
    },
    async *take(page) {
      await opus.ready;
      for (const packet of packetsIn(page)) {
        packets += 1;
        // The head and the comments.
        if (packets <= 2) continue;
        const decoded = opus.decode(packet);
        if (decoded === undefined) throw brokenContainer(name);
        if ((decoded.channels[0]?.length ?? 0) > 0) yield decoded;
      }
    },
    async *end() {
      // Packets that are not whole are lost.
    },
    free: () => {
      opus.free();
    },
  };
}

/** The longest packet that is put together from several pages: comments may hold a picture. */
const MOST_PACKET_BYTES = 1024 ** 2;

/**
 * The packets that end in each page (RFC 3533, section 6): segments of 255 bytes go on. A packet that is longer than
 * anybody needs loses its beginning.
 */
function createPacketReader(): (page: OggPage) => readonly Buffer[] {
  let begun: Buffer[] = [];
  return ({ bytes, body }) => {
    const packets: Buffer[] = [];
    let start = 0;
    let end = 0;
    for (const lacing of bytes.subarray(HEADER_BYTES, bytes.length - body.length)) {
      end += lacing;
      if (lacing === 255) continue;
      packets.push(Buffer.concat([...begun, body.subarray(start, end)]));
      begun = [];
      start = end;
    }
    if (start < end) begun.push(body.subarray(start, end));
    if (begun.reduce((sum, { length }) => sum + length, 0) > MOST_PACKET_BYTES) begun = [];
    return packets;
  };
}
