import type {
  CommandMessage,
  DroppedMessage,
  ServerMessage,
  SpeakersMessage,
  TranscriptionMessage,
} from '@auscult/protocol';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { ownFindings, withOwnSpeakers } from '../speakers/own-speakers.js';
import type { DroppedWords, Segment, SpokenCommand } from '../transcript.js';
import type { FlushRequest, FlushRequests } from './flush-requests.js';
import type { Ledger } from './ledger.js';
import { createOpenPartials } from './open-partials.js';
import { refinedText } from './refined-text.js';

/** The text and events of a session's messages, on the transcriber's own clock. */
export interface TextListener {
  readonly onFinal: (segment: Segment) => void;
  readonly onPartial: (segment: Segment) => void;
  readonly onCommand: (command: SpokenCommand) => void;
  readonly onDropped: (dropped: DroppedWords) => void;
  readonly onSpeech: (speech: { state: 'started' | 'ended'; at: number; channel?: number }) => void;
  /** Who speaks, in the transcriber's own sequences and numbers. */
  readonly onSpeakers: (findings: Omit<SpeakersMessage, 'type'>) => void;
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
  /** The transcriber's number of somebody whom the session knows by another. */
  readonly ownOf: (number: number) => number;
  readonly listener: TextListener;
}

export function createTextIntake(parts: TextIntakeParts): TextIntake {
  const { ledger, requests, channels, ownOf, listener } = parts;
  const partials = createOpenPartials(listener.onPartial);

  function takeMessage(message: TextMessage): void {
    switch (message.type) {
      case 'transcription':
        return message.isFinal ? takeFinal(message) : takePartial(message);
      case 'command':
        return takeCommand(message);
      case 'acknowledged':
        return ledger.acknowledge(message.receivedSamples, message.settledSeconds);
      case 'speech':
        return takeSpeech(message);
      case 'stopped':
        if (takeAnswer('stop', message.audioSeconds)) listener.onStopped(message.refinement !== undefined);
        return;
      case 'dropped':
        return takeDropped(message);
      case 'speakers':
        return listener.onSpeakers({
          ...ownFindings(message, ledger.offsets(), ownOf),
          settledSeconds: ledger.ownSeconds(message.settledSeconds),
        });
      case 'refined':
        return listener.onRefined(refinedText(message, ledger.ownSeconds));
    }
  }

  function takeFinal(message: TranscriptionMessage): void {
    const taken = ledger.takeFinal(message);
    if (!taken) return;
    const segment = withOwnSpeakers(taken, ownOf);
    partials.close(segment);
    listener.onFinal(segment);
  }

  /** It takes the place of a final, so it settles audio as one does. */
  function takeCommand({ id, phrase, variables, ...heard }: CommandMessage): void {
    const taken = ledger.takeFinal({ ...heard, type: 'transcription', isFinal: true });
    if (!taken) return;
    partials.takeBack(taken.channel ?? 0);
    listener.onCommand({ ...(id === undefined ? {} : { id }), phrase, variables, ...taken });
  }

  function takePartial(message: TranscriptionMessage): void {
    const segment = ledger.takePartial(message);
    if (segment) partials.show(withOwnSpeakers(segment, ownOf));
  }

  function takeDropped({ reason, message, sequence, channel = 0, ...span }: DroppedMessage): void {
    // If there is a final nevertheless, the open partial belongs to what was said next.
    if (sequence >= (ledger.next()[channel] ?? 0)) partials.takeBack(channel);
    const [start, end] = [ledger.ownSeconds(span.start), ledger.ownSeconds(span.end)];
    listener.onDropped({ reason, message, start, end, ...(channels > 1 ? { channel } : {}) });
  }

  function takeSpeech({ state, at, channel }: Extract<TextMessage, { type: 'speech' }>): void {
    if (state === 'finalized') takeAnswer('finalize', at);
    else
      listener.onSpeech({ state, at: ledger.ownSeconds(at), ...(channel === undefined ? {} : { channel }) });
  }

  /** Settles the audio before an answer; false if nobody waits for that any more. */
  function takeAnswer(kind: FlushRequest['kind'], sessionSeconds: number): boolean {
    const place = requests.answer(kind, ledger.ownSample(sessionSeconds));
    if (place !== undefined) ledger.settleAll(place);
    return place !== undefined;
  }

  return {
    take: (message) => {
      takeMessage(message);
      partials.takeBackUntil(ledger.settled() / SAMPLE_RATE);
    },
  };
}
