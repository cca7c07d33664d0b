import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { FinalHypothesis, LiveListener, LiveOptions } from '../live/live-transcription.js';
import type { AudioHistory } from '../segment/audio-history.js';
import { createDiarization } from './diarization.js';
import { labelFinal } from './label-final.js';
import type { SpokenSpan } from './speaker-findings.js';
import { readSpeakerState, writeSpeakerState } from './speaker-state.js';
import { allWindows, samplesIn, openWindows, type TimeSpan, type VoiceWindow } from './voice-windows.js';

/**
 * Gives the embedding of a window, or nothing if it could not be made in time. It may wait for so many milliseconds, so that
 * several are made together. Never throws.
 */
export type EmbedWindow = (audio: Int16Array, patienceMs: number) => Promise<Float32Array | undefined>;

/** Says who spoke in the utterances of one stream. */
export interface StreamSpeakers {
  /** The utterance that begins at sample `start` is open, and heard up to sample `heard`. */
  listen(start: number, heard: number): void;
  /** It has ended. */
  end(utterance: SampleSpan): void;
  /** The final `sequence` of an utterance with its speakers, as far as they are known within `PATIENCE_MS`. */
  label(utterance: SampleSpan, sequence: number, final: UnlabelledFinal): Promise<UnlabelledFinal>;
  /** An utterance has no final: nobody spoke in it. */
  pass(utterance: SampleSpan): void;
  /** Tells the listener what is known better of earlier finals. */
  revise(): void;
  /** Who is probably speaking in the utterance that is open. */
  readonly likely: number | undefined;
  /** As `LiveTranscription.assignSpeakers`. */
  assign(spans: readonly SpokenSpan[]): void;
  /** As `LiveTranscription.mergeSpeakers`. */
  merge(from: number, into: number): void;
  /** As `LiveTranscription.speakerState`. */
  state(): Uint8Array;
  close(): void;
}

/** A stretch of audio by its samples. */
interface SampleSpan {
  readonly start: number;
  readonly end: number;
}

/** A final that has not been counted yet. */
type UnlabelledFinal = Omit<FinalHypothesis, 'sequence'>;

interface StreamSpeakersServices {
  readonly history: Pick<AudioHistory, 'slice'>;
  readonly embed: EmbedWindow;
  readonly listener: Pick<LiveListener, 'onSpeakers'>;
}

/**
 * How long a final waits for embeddings that are on their way, milliseconds: few are, since they are made while somebody
 * speaks and while the text is recognised. A final without them is labelled by those that are there, and revised later.
 */
const PATIENCE_MS = 10;

/**
 * Tells speakers apart in a stream that asks for it.
 *
 * @throws SpeechError if `speakerState` is damaged.
 */
export function createStreamSpeakers(
  {
    speakers = 'off',
    speakerState,
    knownVoices,
  }: Pick<LiveOptions, 'speakers' | 'speakerState' | 'knownVoices'>,
  { history, embed, listener }: StreamSpeakersServices,
): StreamSpeakers | undefined {
  if (speakers === 'off') return undefined;
  const memory = speakerState && readSpeakerState(speakerState);
  const diarization = createDiarization({ speakers, memory, knownVoices });
  const utterances = new Map<number, UtteranceVoices>();
  let open: UtteranceVoices | undefined;
  let settledSeconds = 0;
  let toldVoices = '[]';
  let closed = false;

  const voicesOf = (start: number): UtteranceVoices => {
    const known = utterances.get(start);
    if (known) return known;
    const made = createUtteranceVoices({
      embed: ({ start: from, end: to }, patienceMs) =>
        embed(history.slice(samplesIn(from), samplesIn(to)), patienceMs),
      onLate(sequence, windows) {
        if (closed) return;
        diarization.hear(sequence, windows);
        reviseSoon();
      },
    });
    utterances.set(start, made);
    return made;
  };

  const revise = () => {
    if (closed) return;
    const findings = diarization.revise();
    const voices = JSON.stringify(findings.recognised ?? []);
    const isSettledFurther = findings.settledSeconds - settledSeconds >= SETTLED_STEP;
    if (findings.revised.length === 0 && !isSettledFurther && voices === toldVoices) return;
    toldVoices = voices;
    settledSeconds = findings.settledSeconds;
    listener.onSpeakers?.(findings);
  };

  let isRevising = false;
  const reviseSoon = () => {
    if (isRevising) return;
    isRevising = true;
    setImmediate(() => {
      isRevising = false;
      revise();
    });
  };

  return {
    listen(start, heard) {
      open = voicesOf(start);
      open.ask(openWindows(start / SAMPLE_RATE, heard / SAMPLE_RATE, open.asked));
    },
    end({ start, end }) {
      open = undefined;
      voicesOf(start).end({ start: start / SAMPLE_RATE, end: end / SAMPLE_RATE });
    },
    async label({ start }, sequence, final) {
      const voices = voicesOf(start);
      utterances.delete(start);
      await voices.complete(PATIENCE_MS);
      if (closed) return final;
      diarization.hear(sequence, voices.claim(sequence));
      return labelFinal(final, diarization.label(sequence, final.words));
    },
    pass({ start }) {
      utterances.get(start)?.drop();
      utterances.delete(start);
    },
    revise,
    get likely() {
      return open && diarization.likely(open.windows);
    },
    assign(spans) {
      diarization.assign(spans);
      reviseSoon();
    },
    merge(from, into) {
      diarization.merge(from, into);
      reviseSoon();
    },
    state: () => writeSpeakerState(diarization.memory()),
    close() {
      closed = true;
    },
  };
}

/** Seconds by which the settled part of the stream grows before the listener is told, if nothing else is to be told. */
const SETTLED_STEP = 10;

/** The windows of one utterance, embedded one after another. */
interface UtteranceVoices {
  /** Has windows embedded while the utterance is open. */
  ask(spans: readonly TimeSpan[]): void;
  /** Has the rest embedded. Windows that reach beyond the end do not count. */
  end(utterance: TimeSpan): void;
  /** Resolves when all are embedded, or after `patience` milliseconds. */
  complete(patience: number): Promise<void>;
  /** The windows so far. Those that come later are told of as being of the final `sequence`. */
  claim(sequence: number): readonly VoiceWindow[];
  /** Nobody needs the windows that are on their way. */
  drop(): void;
  readonly windows: readonly VoiceWindow[];
  /** How many were asked for. */
  readonly asked: number;
}

interface UtteranceVoicesServices {
  readonly embed: (span: TimeSpan, patienceMs: number) => Promise<Float32Array | undefined>;
  readonly onLate: (sequence: number, windows: readonly VoiceWindow[]) => void;
}

function createUtteranceVoices({ embed, onLate }: UtteranceVoicesServices): UtteranceVoices {
  const windows: VoiceWindow[] = [];
  let asked = 0;
  let waiting = 0;
  let limit = Infinity;
  let owner: number | 'nobody' | undefined;
  let onComplete = (): void => undefined;

  const take = (window: VoiceWindow) => {
    if (owner === 'nobody' || window.end > limit) return;
    if (owner === undefined) windows.push(window);
    else onLate(owner, [window]);
  };

  const ask = async (span: TimeSpan, patienceMs: number) => {
    asked++;
    waiting++;
    const voice = await embed(span, patienceMs);
    waiting--;
    if (voice) take({ ...span, voice });
    if (waiting === 0) onComplete();
  };

  return {
    ask(spans) {
      for (const span of spans) void ask(span, OPEN_PATIENCE_MS);
    },
    end(utterance) {
      limit = utterance.end + ROUNDING;
      const all = allWindows(utterance);
      const open = openWindows(utterance.start, utterance.end, 0).length;
      for (const span of all.slice(Math.min(asked, open))) void ask(span, 0);
    },
    complete: (patience) =>
      new Promise((resolve) => {
        if (waiting === 0) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, patience);
        onComplete = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    claim(sequence) {
      owner = sequence;
      return windows.filter(({ end }) => end <= limit).sort((a, b) => a.start - b.start);
    },
    drop() {
      owner = 'nobody';
    },
    windows,
    get asked() {
      return asked;
    },
  };
}

/** How long the windows of an open utterance may wait for company; those at its end take them along. */
const OPEN_PATIENCE_MS = 1_500;

/** Seconds that are the same but for rounding. */
const ROUNDING = 1e-3;
