import { readReply, readRequest } from '../../../packages/server/dist/cluster/hand-over.js';
import { readAudio, writeAudio } from '../../../packages/server/dist/cluster/inference/audio-payload.js';
import { createFrameAssembly, readFrame } from '../../../packages/server/dist/cluster/inference/frames.js';
import {
  isKeyTermList,
  readAnnouncement,
  readAnswer,
  readBeat,
  readOrder,
  readRefusal,
  writeMessage,
  type WrittenMessage,
} from '../../../packages/server/dist/cluster/inference/messages.js';
import { readMember } from '../../../packages/server/dist/cluster/member-bucket.js';
import type { Reading } from '../../../packages/server/dist/cluster/read-message.js';
import { readChange } from '../../../packages/server/dist/cluster/shared-failures.js';
import { readEnvelope } from '../../../packages/server/dist/cluster/watched-sessions.js';
import { findRecords } from '../../../packages/server/dist/journal/journal-record.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** Whatever a member of a cluster reads of others. The first byte of an input says what the rest is taken for. */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: usualTime,
  prepare: () => {
    const kinds = [...readers.values()];
    return (input) => {
      const [first = 0] = input;
      const read = readers.get(String.fromCharCode(first)) ?? kinds[first % kinds.length];
      read?.(input.subarray(1));
    };
  },
};

const readers: ReadonlyMap<string, (payload: Buffer) => void> = new Map([
  ['o', jsonOf(readOrder, checkOrder)],
  ['a', jsonOf(readAnswer)],
  ['b', jsonOf(readBeat)],
  ['n', jsonOf(readAnnouncement)],
  ['r', jsonOf(readRefusal)],
  ['h', jsonOf(readRequest)],
  ['y', jsonOf(readReply)],
  ['e', jsonOf(readEnvelope)],
  ['m', jsonOf(readMember)],
  ['c', jsonOf(readChange)],
  ['f', checkFrames],
  ['s', checkAudio],
  ['j', checkJournal],
]);

function jsonOf<Message>(
  read: (payload: Uint8Array) => Reading<Message>,
  check?: (message: Message) => void,
): (payload: Buffer) => void {
  return (payload) => {
    const reading = read(payload);
    if (!reading.ok) {
      mustHold(reading.part.length < LONGEST_PART, 'a refusal does not grow with the message');
      return;
    }
    check?.(reading.message);
    const written = writeMessage(reading.message as WrittenMessage);
    const again = read(written);
    mustHold(again.ok, 'what was read can be read again');
    mustHold(Buffer.compare(writeMessage(again.message as WrittenMessage), written) === 0, 'and is the same');
  };
}

/** Characters: the names of a schema, down to the deepest. */
const LONGEST_PART = 200;

function checkOrder(order: Extract<ReturnType<typeof readOrder>, { ok: true }>['message']): void {
  if (order.type !== 'terms' || !isKeyTermList(order.list)) return;
  mustHold(order.list.count <= MOST_TERMS, 'a list keeps the limit of its number');
}

const MOST_TERMS = 5000;

/** Frames, each behind its length, two bytes. */
function checkFrames(payload: Buffer): void {
  const assembly = createFrameAssembly();
  for (let at = 0; at + 2 <= payload.length;) {
    const end = at + 2 + payload.readUInt16LE(at);
    const frame = readFrame(payload.subarray(at + 2, end));
    at = end;
    const whole = frame && assembly.take(frame);
    if (typeof whole !== 'object') continue;
    mustHold(whole.payload.length <= payload.length, 'a message is no longer than its frames');
    if (whole.kind === 'order') readOrder(whole.payload);
    else if (whole.kind === 'answer') readAnswer(whole.payload);
    else if (whole.kind === 'audio') checkAudio(Buffer.from(whole.payload));
  }
}

function checkAudio(payload: Buffer): void {
  const piece = readAudio(payload);
  if (piece === undefined) return;
  mustHold(piece.samples.byteLength <= payload.length, 'no audio comes from nowhere');
  const again = readAudio(writeAudio(piece));
  mustHold(again?.samples.length === piece.samples.length, 'audio can be read again');
}

function checkJournal(payload: Buffer): void {
  const { records, damaged } = findRecords(payload);
  mustHold(damaged <= records.length, 'each damage ends at a record');
  let end = 0;
  for (const { at, length } of records) {
    mustHold(at >= end, 'no record overlaps another');
    end = at + length;
  }
  mustHold(end <= payload.length, 'a record lies within what was read');
}
