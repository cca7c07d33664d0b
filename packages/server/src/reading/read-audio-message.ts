import { parseClientMessage } from '@auscult/protocol';
import type { MessageReading } from './client-text.js';

/**
 * Reads a message that is easily recognised as audio, at little more than the cost of copying it; undefined for any other. It
 * must be written as clients write it: `type` first, and one long text with no more than a sample rate beside it.
 */
export function readAudioMessage(frame: Buffer): MessageReading | undefined {
  const [head] = HEAD.exec(frame.toString('latin1', 0, LONGEST_HEAD)) ?? [];
  if (head === undefined) return undefined;
  const end = frame.indexOf('"', head.length);
  if (end < 0 || frame.length - end > LONGEST_TAIL || !TAIL.test(frame.toString('latin1', end)))
    return undefined;
  const parsed = parseClientMessage(frame.toString());
  if (!parsed.ok) return parsed;
  return parsed.message.type === 'audio' ? { ok: true, message: parsed.message } : undefined;
}

const HEAD =
  /^\{\s{0,9}"type"\s{0,9}:\s{0,9}"audio"\s{0,9},\s{0,9}(?:"sampleRate"\s{0,9}:\s{0,9}\d{1,9}\s{0,9},\s{0,9})?"data"\s{0,9}:\s{0,9}"/;
const TAIL = /^"\s{0,9}(?:,\s{0,9}"sampleRate"\s{0,9}:\s{0,9}\d{1,9}\s{0,9})?\}\s{0,9}$/;
const LONGEST_HEAD = 160;
const LONGEST_TAIL = 80;
