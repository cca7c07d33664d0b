import type { DroppedMessage, ServerMessage, TranscriptionMessage } from '@auscult/protocol';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { DroppedWords, Segment } from '../transcript.js';
import type { FlushRequests } from './flush-requests.js';
import type { Ledger } from './ledger.js';
import { refinedText } from './refined-text.js';

/** The text and events of a session's messages, on the transcriber's own clock. */
export interface TextListener {
  readonly onFinal: (segment: Segment) => void;
  readonly onPartial: (segment: Segment) => void;
  readonly onDropped: (dropped: DroppedWords) => void;
  readonly onSpeech: (speech: { state: 'started' | 'ended'; at: number; channel?: number }) => void;
  /** The finals of all audio are here. `refines` tells that `onRefined` or a warning follows. */
  readonly onStopped: (refines: boolean) => void;
  readonly onRefined: (refined: { text: string; segments: readonly Segment[] }) => void;
}

/** A message that concerns audio. */
type TextMessage = Exclude<ServerMessage, { type: 'ready' | 'resumed' | 'error' | 'warning' | 'connection' }>;

/** Takes text from the server, each final once, and notes in the ledger what it settles. */
export interface TextIntake {
  readonly take: (message: TextMessage) => void;
}

interface TextIntakeParts {
  readonly ledger: Ledger;
  readonly requests: FlushRequests;
  readonly channels: number;
  readonly listener: TextListener;
}

export function createTextIntake({ ledger, requests, channels, listener }: TextIntakeParts): TextIntake {
  /** Partials whose final may still come, by channel. */
  const open = new Map<number, Segment>();

  function takeMessage(message: TextMessage): void {
    switch (message.type) {
      case 'transcription':
        if (message.isFinal) takeFinal(message);
        else takePartial(message);
        break;
      case 'acknowledged':
        ledger.acknowledge(message.receivedSamples, message.settledSeconds);
        break;
      case 'speech':
        takeSpeech(message);
        break;
      case 'stopped':
        takeStopped(message);
        break;
      case 'dropped':
        takeDropped(message);
        break;
      case 'refined':
        listener.onRefined(refinedText(message, ledger.ownSeconds));
        break;
    }
  }

  function takeFinal(message: TranscriptionMessage): void {
    const segment = ledger.takeFinal(message);
    if (!segment) return;
    open.delete(segment.channel ?? 0);
    listener.onFinal(segment);
  }

  function takePartial(message: TranscriptionMessage): void {
    const segment = ledger.takePartial(message);
    if (!segment) return;
    open.set(segment.channel ?? 0, segment);
    listener.onPartial(segment);
  }

  function takeDropped({ reason, message, sequence, channel = 0, ...span }: DroppedMessage): void {
    const segment = open.get(channel);
    // If there is a final nevertheless, the open partial belongs to what was said next.
    if (segment && sequence >= (ledger.next()[channel] ?? 0)) takeBack(channel, segment);
    const [start, end] = [ledger.ownSeconds(span.start), ledger.ownSeconds(span.end)];
    listener.onDropped({ reason, message, start, end, ...(channels > 1 ? { channel } : {}) });
  }

  function takeSpeech({ state, at, channel }: Extract<TextMessage, { type: 'speech' }>): void {
    if (state === 'finalized') {
      const place = requests.answer('finalize', ledger.ownSample(at));
      if (place !== undefined) ledger.settleAll(place);
    } else {
      listener.onSpeech({ state, at: ledger.ownSeconds(at), ...(channel === undefined ? {} : { channel }) });
    }
  }

  function takeStopped({ audioSeconds, refinement }: Extract<TextMessage, { type: 'stopped' }>): void {
    const place = requests.answer('stop', ledger.ownSample(audioSeconds));
    if (place === undefined) return;
    ledger.settleAll(place);
    listener.onStopped(refinement !== undefined);
  }

  /** Removes partials of audio that is settled without a final: what sounded like speech was none. */
  function takeBackSettled(): void {
    const settledSeconds = ledger.settled() / SAMPLE_RATE;
    for (const [channel, segment] of open) {
      if (segment.end <= settledSeconds) takeBack(channel, segment);
    }
  }

  function takeBack(channel: number, segment: Segment): void {
    open.delete(channel);
    listener.onPartial({ ...segment, text: '' });
  }

  return {
    take: (message) => {
      takeMessage(message);
      takeBackSettled();
    },
  };
}
