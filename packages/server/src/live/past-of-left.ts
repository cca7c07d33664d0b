import { nothingWritten, SAMPLE_RATE } from '@auscult/asr';
import { holdsSamples } from '@auscult/protocol';
import type { LeftChannel } from '../journal/journal.js';
import type { SpeakerState } from '../records/speaker-states.js';
import type { FinalEvent } from './events.js';
import type { PastChannel, SessionPast } from './session-past.js';
import type { ReceivedAudio, SessionSnapshot } from './session-snapshot.js';

/** What a process has left of a session. */
export interface LeftState {
  readonly snapshot: SessionSnapshot;
  readonly channels: readonly LeftChannel[];
  /** All finals in the record, oldest first. */
  readonly finals: readonly FinalEvent[];
  readonly speakers: SpeakerState | undefined;
}

/**
 * How far a session had come: what its record holds is final, and what its journal holds beyond that is still to be heard.
 * Undefined if it cannot be told where its client goes on, as in audio that has to be decoded.
 */
export function pastOfLeft({
  snapshot,
  channels,
  finals,
  speakers,
}: LeftState): Omit<SessionPast, 'onKept'> | undefined {
  const { settings, lostSeconds } = snapshot;
  if (!holdsSamples(settings) || snapshot.received.sampleRate === undefined) return undefined;
  const reached = Array.from({ length: settings.channels }, (_, channel) =>
    reach(
      finals.filter((final) => final.channel === channel),
      channels.find((left) => left.channel === channel),
    ),
  );
  // What a channel has beyond another, its client sends again.
  const end = Math.min(...reached.map((one) => one.end));
  const audios = reached.map(({ from, left }) => audioUpTo(end, from, left));
  const missing = audios.reduce((sum, audio) => sum + audio.missing, 0) / SAMPLE_RATE;
  const words = finals.reduce((sum, { hypothesis }) => sum + hypothesis.words.length, 0);
  const speechSeconds = finals.reduce((sum, { hypothesis }) => sum + hypothesis.end - hypothesis.start, 0);
  return {
    received: receivedUpTo(end, snapshot.received),
    channels: reached.map((one, channel) => pastChannel(one, snapshot.channels[channel], audios[channel])),
    told: { finals: finals.length, words, lostSeconds: lostSeconds + missing, speechSeconds },
    finals,
    speakers,
  };
}

/** How far a channel has come. */
interface Reach {
  readonly last: FinalEvent | undefined;
  readonly nextSequence: number;
  /** The first sample that is not final. */
  readonly from: number;
  /** The sample after the last that was taken for certain. */
  readonly end: number;
  readonly left: LeftChannel | undefined;
}

function reach(finals: readonly FinalEvent[], left: LeftChannel | undefined): Reach {
  const last = finals.at(-1);
  const recorded = Math.max(0, ...finals.map(({ hypothesis }) => Math.round(hypothesis.end * SAMPLE_RATE)));
  const piece = left?.pieces.at(-1);
  const from = Math.max(recorded, left?.settled ?? 0);
  return {
    last,
    nextSequence: Math.max(0, ...finals.map(({ hypothesis }) => hypothesis.sequence + 1)),
    from,
    end: Math.max(from, piece === undefined ? 0 : piece.from + piece.samples.length),
    left,
  };
}

/** The audio of a channel from `from` up to `end`. */
function audioUpTo(
  end: number,
  from: number,
  left: LeftChannel | undefined,
): { readonly audio: Int16Array; readonly missing: number } {
  const audio = new Int16Array(Math.max(0, end - from));
  let there = 0;
  for (const piece of left?.pieces ?? []) {
    const part = piece.samples.subarray(Math.max(0, from - piece.from), Math.max(0, end - piece.from));
    if (part.length === 0) continue;
    audio.set(part, Math.max(0, piece.from - from));
    there += part.length;
  }
  return { audio, missing: audio.length - there };
}

function pastChannel(
  { last, nextSequence, from }: Reach,
  before: SessionSnapshot['channels'][number] | undefined,
  { audio }: { readonly audio: Int16Array } = { audio: new Int16Array() },
): PastChannel {
  const isCurrent = before?.nextSequence === nextSequence;
  return {
    finals: nextSequence,
    // After finals that it does not know of, nothing is taken back, and no number goes on.
    writing: isCurrent ? before.writing : { ...nothingWritten, saidUntil: last?.hypothesis.end },
    context: { utterances: [], text: last?.hypothesis.text },
    from,
    audioFrom: from,
    audio,
  };
}

/** What the client counts up to a sample at 16 kHz. */
function receivedUpTo(
  end: number,
  { count, seconds, sampleRate = SAMPLE_RATE }: ReceivedAudio,
): ReceivedAudio {
  // In whole samples, since seconds are slightly inexact.
  const since = Math.max(0, end - Math.round(seconds * SAMPLE_RATE));
  return {
    count: count + Math.floor((since * sampleRate) / SAMPLE_RATE),
    seconds: end / SAMPLE_RATE,
    sampleRate,
  };
}
