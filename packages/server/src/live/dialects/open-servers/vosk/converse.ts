import { closeCodes, POLICY_VIOLATION } from '../../../../close-codes.js';
import type { Asked } from '../../../../compatibility/asked.js';
import { createByteCarry } from '../../../../compatibility/carry-bytes.js';
import type { ReadParameters } from '../../../../compatibility/read-parameters.js';
import type { VoskConfig } from '../../../../compatibility/vosk/parameters.js';
import type { VoskMessage } from '../../../../compatibility/vosk/read-message.js';
import type { TextReader } from '../../../../reading/text-reader.js';
import type { Command } from '../../../commands.js';
import type { DialectSession, EndReason, SessionPlace } from '../../../dialect.js';
import type { SessionEvent } from '../../../events.js';
import { createQuietWatch } from '../quiet-watch.js';
import { createVoskResults } from './results.js';

/** What a conversation begins with. */
export interface VoskConversation {
  readonly isPunctuated: boolean;
  readonly asked: Asked;
  readonly reader: TextReader;
}

/** Samples a second, until a client names another number. */
export const USUAL_RATE = 8000;

/** Bytes of a sample. */
const SAMPLE_BYTES = 2;

/** Converses with a client of Vosk: each binary frame has one answer, made of what is known at that moment. */
export function converseInVosk(
  { identity }: SessionPlace,
  { isPunctuated, asked: askedAtFirst, reader }: VoskConversation,
): DialectSession {
  const carry = createByteCarry();
  const results = createVoskResults(isPunctuated);
  const quiet = createQuietWatch(() => end());
  let asked = askedAtFirst;
  let rate = USUAL_RATE;
  let hasAudio = false;
  let isOver = false;

  const answer: Command = { kind: 'reply', frames: () => [results.next()], isPrompt: true };

  const takeAudio = (frame: Buffer): Command => {
    // Some clients end with an empty frame, and some browsers send one by mistake.
    if (frame.length === 0 && hasAudio) quiet.wait();
    hasAudio ||= frame.length > 0;
    const pcm = carry.take(frame, SAMPLE_BYTES);
    if (pcm.length === 0) return answer;
    return { kind: 'sequence', commands: [{ kind: 'audio', pcm, sampleRate: undefined }, answer] };
  };

  const end = (): Command => {
    isOver = true;
    return { kind: 'end' };
  };

  const configure = ({ wishes, warnings }: ReadParameters<VoskConfig>): Command => {
    const { sampleRate = rate, hasWords = results.hasWords, keyterms, model = asked.model } = wishes;
    // Clients repeat what is in force, and that must not end an utterance.
    const change = sampleRate === rate ? {} : { sampleRate };
    rate = sampleRate;
    results.hasWords = hasWords;
    asked = { ...asked, model, warnings: [...asked.warnings, ...warnings].slice(0, MOST_WARNINGS) };
    return { kind: 'configure', change, keyterms, midstream: true, asked };
  };

  const commandOf = (message: VoskMessage): Command => {
    switch (message.kind) {
      case 'config':
        return configure(message.config);
      case 'eof':
        return end();
      case 'reset':
        return { kind: 'finalize' };
      case 'unreadable':
        return message;
    }
  };

  const write = (event: SessionEvent): readonly string[] => {
    switch (event.kind) {
      case 'partial':
        results.takePartial(event.hypothesis);
        return [];
      case 'final':
        results.takeFinal(event.hypothesis);
        return [];
      case 'empty':
        results.forget(event.utterance.sequence);
        return [];
      case 'dropped':
        results.forget(event.sequence);
        return [];
      case 'reply':
        return event.frames();
      case 'finalized':
      case 'stopped':
        return [results.rest()];
      // The connection is closed next.
      case 'ending':
      case 'error':
        return results.hasRest() ? [results.rest()] : [];
      case 'paused':
        quiet.pause();
        return [];
      default:
        return [];
    }
  };

  return {
    read: (frame, isBinary) => {
      quiet.interrupt();
      if (isOver) return { kind: 'keepalive' };
      if (isBinary) return takeAudio(frame);
      const message = reader.voskMessage(identity, frame);
      return message instanceof Promise ? message.then(commandOf) : commandOf(message);
    },
    write,
    endedBy: (event) => {
      if (event.kind === 'error') return event.problem.code;
      return event.kind === 'lost' ? 'audio_lost' : undefined;
    },
    close: voskClose,
    isResumable: () => false,
    start: quiet.start,
  };
}

/** Warnings of a session that are kept: a client may send the same fields again and again. */
const MOST_WARNINGS = 100;

/** The close frame of a connection that the server ends. */
export function voskClose(why: EndReason): { readonly code: number; readonly reason: string } {
  return { code: closeCodeOf(why), reason: why };
}

/** Clients know no other error than that something is not allowed. */
const closeCodeOf = closeCodes({}, POLICY_VIOLATION);
