import {
  SAMPLE_RATE,
  SpeechError,
  type Admission,
  type DropReason,
  type FinalHypothesis,
  type HeardVoice,
  type LiveListener,
  type LiveOptions,
  type LiveTranscription,
  type Recognizer,
  type RecognizerStatus,
  type SpeakerFindings,
  type SpokenSpan,
  type UtteranceEnd,
  type Word,
} from '@auscult/asr';

/** What somebody says before somebody else does. */
type Turn = readonly [speaker: number, text: string];

/** What a stream was told of speakers. */
type SpeakerCorrection =
  | { readonly kind: 'assign'; readonly spans: readonly SpokenSpan[] }
  | { readonly kind: 'merge'; readonly from: number; readonly into: number };

/** A stream whose results the test makes itself. */
interface ScriptedStream {
  readonly options: LiveOptions;
  /** Bytes pushed so far. */
  readonly pushed: readonly Uint8Array[];
  /** What `pushSamples` took. */
  readonly pushedAgain: readonly Float32Array[];
  readonly sampleRates: readonly (number | undefined)[];
  /** The terms that are listened for by now. */
  readonly keyTerms: () => LiveOptions['keyTerms'];
  readonly isClosed: () => boolean;
  /** The value of `pendingSeconds`. */
  pendingSeconds: number;
  /** When set, `flush` waits for it. */
  flushGate: Promise<void> | undefined;
  /** `reason`: `silence` by default. `pauseSeconds`: how much of the audio since the last final is a pause; none by default. */
  readonly final: (text: string, reason?: UtteranceEnd, pauseSeconds?: number) => void;
  /** Reports that the audio since the last final held no text. */
  readonly empty: (reason: UtteranceEnd) => void;
  /** Has found that the audio since the last final is silence, of which nothing is reported. */
  readonly hush: () => void;
  /** `speaker`: who is probably speaking. `unsettled`: what was heard behind the text. */
  readonly partial: (text: string, speaker?: number, unsettled?: string) => void;
  /** Makes a final of what several people say, one after another. */
  readonly say: (...turns: readonly Turn[]) => void;
  /** Reports that something was found out about the speakers of earlier finals. */
  readonly findSpeakers: (findings: SpeakerFindings) => void;
  /** What people said of speakers, in order. */
  readonly corrections: readonly SpeakerCorrection[];
  /** The value of `speakerState`. */
  speakerState: Uint8Array | undefined;
  readonly speech: (state: 'started' | 'ended', at: number) => void;
  readonly lose: (start: number, end: number) => void;
  /** Reports that the words since the last final were dropped. */
  readonly drop: (reason: DropReason, shown: boolean) => void;
}

/**
 * A recognizer that plays faults which real audio cannot provoke on demand: late finals, lost jobs, a backlog. In all
 * other respects it behaves like the real one, as `recognizer-contract.test.ts` checks. A flush ends speech, and turns audio
 * that is not final yet into one final: "heard N" after N pushes, or the text in `says`.
 */
export interface ScriptedRecognizer extends Recognizer {
  readonly streams: readonly ScriptedStream[];
  admissionIs: Admission;
  workersReady: boolean;
  /** Whether streams keep what is pushed; without it `pushed` holds empty arrays. */
  keepsAudio: boolean;
  /** When set, the text of the final that a flush makes. */
  says: string | undefined;
  /** Doubts and alternatives for words of finals, by their text. */
  doubts: Readonly<Record<string, Partial<Word>>>;
  /** Whether finals say that a step of their rewriting was stopped. */
  stopsRewriting: boolean;
  /** When set, the flush of every new stream waits for it. */
  flushGate: Promise<void> | undefined;
  /** What a recording that is to be enrolled is found to hold. */
  enrols: HeardVoice;
  /** When set, every push fails with it. */
  pushError: Error | undefined;
  readonly isClosed: () => boolean;
}

export function createScriptedRecognizer(): ScriptedRecognizer {
  const streams: ScriptedStream[] = [];
  let closed = false;
  const recognizer: ScriptedRecognizer = {
    model: { name: 'scripted', family: 'moonshine', languages: ['en'], computeType: 'int8', device: 'cpu' },
    streams,
    admissionIs: { admitted: true },
    workersReady: true,
    keepsAudio: true,
    says: undefined,
    doubts: {},
    stopsRewriting: false,
    flushGate: undefined,
    enrols: { kind: 'one-voice', voice: Float32Array.from({ length: 256 }, (_, at) => Math.sin(at) / 12) },
    pushError: undefined,
    voiceEncoder: 'ge2e',
    enrolVoice: async (recording) => {
      let samples = 0;
      for await (const chunk of recording) samples += chunk.length;
      return samples === 0 ? { kind: 'too-short', spokenSeconds: 0 } : recognizer.enrols;
    },
    isClosed: () => closed,
    admission: () => recognizer.admissionIs,
    status: () => statusOf(recognizer.workersReady, streams.filter(({ isClosed }) => !isClosed()).length),
    openLive: (options, listener) => {
      const { stream, transcription } = openStream(options, listener, recognizer);
      streams.push(stream);
      return transcription;
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
  return recognizer;
}

function statusOf(ready: boolean, liveStreams: number): RecognizerStatus {
  const state = ready ? 'ready' : 'backing-off';
  return {
    workers: [{ pid: 1, state, residentBytes: 1_000_000, restarts: 0, jobs: 0 }],
    waitingFinals: 0,
    waitingPartials: 0,
    finalDelaySeconds: 0,
    liveStreams,
    voices: { waiting: 0, windows: { embedded: 0, lost: 0, shed: 0 } },
  };
}

function openStream(
  options: LiveOptions,
  listener: LiveListener,
  recognizer: Pick<
    ScriptedRecognizer,
    'pushError' | 'keepsAudio' | 'flushGate' | 'says' | 'doubts' | 'stopsRewriting'
  >,
): { readonly stream: ScriptedStream; readonly transcription: LiveTranscription } {
  const pushed: Uint8Array[] = [];
  const pushedAgain: Float32Array[] = [];
  const sampleRates: (number | undefined)[] = [];
  const bytesPerSample = { s16le: 2, f32le: 4, mulaw: 1, alaw: 1 }[options.encoding];
  let rate = options.sampleRate;
  let sequence = 0;
  let settled = options.continues?.fromSeconds ?? 0;
  let { keyTerms } = options;
  let closed = false;
  let speaking = false;
  let pendingSeconds = 0;
  let receivedAt16k = 0;
  const received = () => receivedAt16k / SAMPLE_RATE;
  const corrections: SpeakerCorrection[] = [];
  const say = (...turns: readonly Turn[]): void => {
    if (closed) return;
    const start = settled;
    settled = received();
    const text = turns.map(([, said]) => said).join(' ');
    const words = wordsOf(turns, start, settled);
    const heard = hypothesis(sequence++, text, start, settled);
    listener.onFinal({ ...heard, words, reason: 'silence', ...(turns[0] && { speaker: turns[0][0] }) });
  };
  const final = (text: string, reason: UtteranceEnd = 'silence', pauseSeconds = 0): void => {
    if (closed) return;
    const start = settled + pauseSeconds;
    settled = received();
    const now = performance.now();
    listener.onTimes?.({ start, end: settled, startedAt: now, endedAt: now, hearings: [] });
    const heard = { ...hypothesis(sequence++, text, start, settled), reason };
    const words = heard.words.map((word) => ({ ...word, ...recognizer.doubts[word.text] }));
    listener.onFinal({ ...heard, words, ...(recognizer.stopsRewriting && { rewriteStopped: true }) });
  };
  let endStream = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    endStream = resolve;
  });
  const stream: ScriptedStream = {
    options,
    pushed,
    pushedAgain,
    sampleRates,
    keyTerms: () => keyTerms,
    isClosed: () => closed,
    get pendingSeconds() {
      return pendingSeconds;
    },
    set pendingSeconds(seconds) {
      const hasFallen = seconds < pendingSeconds;
      pendingSeconds = seconds;
      if (hasFallen && !closed) listener.onCaughtUp?.();
    },
    flushGate: recognizer.flushGate,
    final,
    empty: (reason) => {
      if (!closed) listener.onEmpty?.({ sequence, start: settled, end: received(), reason });
    },
    hush: () => {
      settled = received();
    },
    partial: (text, speaker, unsettled) => {
      const partial = { sequence, text, start: settled, end: received(), confidence: 0.5 };
      const known = {
        ...(speaker !== undefined && { speaker }),
        ...(unsettled !== undefined && { unsettled }),
      };
      if (!closed) listener.onPartial?.({ ...partial, ...known });
    },
    say,
    findSpeakers: (findings) => {
      if (!closed) listener.onSpeakers?.(findings);
    },
    corrections,
    speakerState: options.speakerState,
    speech: (state, at) => {
      if (closed) return;
      speaking = state === 'started';
      listener.onSpeech?.({ state, at });
    },
    lose: (start, end) => {
      if (!closed) listener.onLost?.({ start, end });
    },
    drop: (reason, shown) => {
      if (!closed) listener.onDropped?.({ reason, sequence, start: settled, end: received(), shown });
    },
  };
  const transcription: LiveTranscription = {
    push: (pcm, sampleRate) => {
      if (recognizer.pushError) throw recognizer.pushError;
      if (closed) throw new SpeechError('closed', 'The stream is closed.', 'Open a new one.');
      rate = sampleRate ?? rate;
      receivedAt16k += ((pcm.length / bytesPerSample) * SAMPLE_RATE) / rate;
      pushed.push(recognizer.keepsAudio ? Uint8Array.from(pcm) : new Uint8Array());
      sampleRates.push(sampleRate);
      if (options.encoding === 's16le') listener.onAudio?.(samplesOf(pcm));
    },
    pushSamples: (samples) => {
      if (closed) throw new SpeechError('closed', 'The stream is closed.', 'Open a new one.');
      const known = Math.max(
        0,
        Math.round((options.continues?.fromSeconds ?? 0) * SAMPLE_RATE) - receivedAt16k,
      );
      receivedAt16k += samples.length;
      pushedAgain.push(samples);
      if (known < samples.length) listener.onAudio?.(samples.subarray(known));
    },
    flush: async () => {
      await Promise.race([stream.flushGate, ended]);
      await Promise.resolve();
      if (speaking) stream.speech('ended', received());
      if (!closed && settled < received()) final(recognizer.says ?? `heard ${pushed.length}`, 'request');
    },
    listenFor: (others) => {
      keyTerms = others;
    },
    assignSpeakers: (spans) => {
      corrections.push({ kind: 'assign', spans });
    },
    mergeSpeakers: (from, into) => {
      corrections.push({ kind: 'merge', from, into });
    },
    speakerState: () => stream.speakerState,
    close: () => {
      closed = true;
      endStream();
    },
    get receivedSeconds() {
      return received();
    },
    get settledSeconds() {
      return settled;
    },
    get pendingSeconds() {
      return pendingSeconds;
    },
    get speechSeconds() {
      return settled;
    },
  };
  return { stream, transcription };
}

/** The samples, as if they were sent at 16 kHz. */
function samplesOf(pcm: Uint8Array): Float32Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from({ length: pcm.length / 2 }, (_, i) => view.getInt16(i * 2, true) / 32_768);
}

function hypothesis(
  sequence: number,
  text: string,
  start: number,
  end: number,
): Omit<FinalHypothesis, 'reason'> {
  const words = text.split(' ').map((word) => ({ text: word, start, end, confidence: 0.9 }));
  return { sequence, text, start, end, confidence: 0.9, words, language: 'en' };
}

/** The words of some turns, each as long as every other. */
function wordsOf(turns: readonly Turn[], start: number, end: number): readonly Word[] {
  const said = turns.flatMap(([speaker, text]) => text.split(' ').map((word) => ({ text: word, speaker })));
  const each = (end - start) / said.length;
  return said.map((word, index) => ({
    ...word,
    start: start + index * each,
    end: start + (index + 1) * each,
    confidence: 0.9,
    speakerConfidence: 0.8,
  }));
}
