import { observable, type Observable } from '../state/observable.js';
import type { Levels } from './recording-state.js';

/** What a check of the microphone has found so far. */
export type MicrophoneFinding =
  /** The browser asks whether the page may use it. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'denied' | 'missing' | 'busy' | 'unsupported' }
  /** It is open, and nothing has been heard yet. */
  | { readonly kind: 'waiting'; readonly device: string }
  /** It has given nothing at all for a while, not even the noise of a room. */
  | { readonly kind: 'silent'; readonly device: string }
  /** Something is heard, but too softly for speech nearby. */
  | { readonly kind: 'faint'; readonly device: string }
  | { readonly kind: 'heard'; readonly device: string };

/** Whether the microphone hears the loudspeaker; undefined until that was tried. */
export type EchoFinding = 'playing' | 'echo' | 'none' | undefined;

/** A check of a microphone, which listens until it is stopped. */
export interface MicrophoneCheck {
  readonly finding: Observable<MicrophoneFinding>;
  readonly echo: Observable<EchoFinding>;
  readonly levels: Observable<Levels>;
  /** Plays a tone for a moment, and listens whether the microphone hears it. */
  readonly tryEcho: () => Promise<void>;
  readonly stop: () => void;
}

/** How often the level is measured, milliseconds. */
const MEASURE_MS = 50;
/** A level that even the quietest microphone exceeds in a quiet room. */
const DEAD_LEVEL = 0.0005;
/** Levels of speech that is recognised well, and of what is louder than a quiet room. */
const SPEECH_LEVEL = 0.02;
const FAINT_LEVEL = 0.004;
/** How many measurements make a finding: a quarter of a second of speech, some seconds of nothing. */
const SPOKEN_MEASUREMENTS = 5;
const PATIENT_MEASUREMENTS = 80;
/** The tone: not a multiple of the mains, soft, and longer than sound takes through a loudspeaker. */
const TONE_HZ = 1234;
const TONE_VOLUME = 0.15;
const TONE_MS = 900;
/** How much stronger the tone must be than before to count as heard, decibels. */
const ECHO_DB = 15;

/** Listens to a microphone as a recording with these settings would. */
export function checkMicrophone(constraints: MediaTrackConstraints): MicrophoneCheck {
  const finding = observable<MicrophoneFinding>({ kind: 'asking' });
  const echo = observable<EchoFinding>(undefined);
  const levels = observable<Levels>([]);
  let isStopped = false;
  let opened: OpenMicrophone | undefined;

  async function listen(): Promise<void> {
    try {
      opened = await open(constraints);
    } catch (error) {
      finding.set({ kind: kindOf(error) });
      return;
    }
    if (isStopped) opened.close();
    else measure(opened);
  }

  function measure({ analyser, device }: OpenMicrophone): void {
    const samples = new Float32Array(analyser.fftSize);
    const judge = createJudge();
    finding.set({ kind: 'waiting', device });
    const timer = setInterval(() => {
      if (isStopped) {
        clearInterval(timer);
        return;
      }
      analyser.getFloatTimeDomainData(samples);
      const level = levelOf(samples);
      levels.set([level]);
      // Its own tone is no speech.
      if (echo.value === 'playing') return;
      const kind = judge(level);
      if (kind !== finding.value.kind) finding.set({ kind, device });
    }, MEASURE_MS);
  }

  void listen();
  return {
    finding,
    echo,
    levels,
    tryEcho: async () => {
      if (opened === undefined || echo.value === 'playing') return;
      echo.set('playing');
      const heard = await hearsTone(opened);
      if (!isStopped) echo.set(heard ? 'echo' : 'none');
    },
    stop: () => {
      isStopped = true;
      opened?.close();
    },
  };
}

interface OpenMicrophone {
  readonly context: AudioContext;
  readonly analyser: AnalyserNode;
  /** What the browser calls it. */
  readonly device: string;
  readonly close: () => void;
}

async function open(constraints: MediaTrackConstraints): Promise<OpenMicrophone> {
  // Undefined if the page is not in a secure context.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new DOMException('no secure context', 'NotSupportedError');
  const stream = await devices.getUserMedia({ audio: constraints });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  await context.resume();
  return {
    context,
    analyser,
    device: stream.getAudioTracks()[0]?.label ?? '',
    close: () => {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

/** Judges a microphone by its levels so far: once speech was heard, that stays so. */
function createJudge(): (level: Levels[number]) => 'waiting' | 'silent' | 'faint' | 'heard' {
  let [measured, alive, faint, spoken] = [0, 0, 0, 0];
  return ({ rms, peak }) => {
    measured++;
    if (peak >= DEAD_LEVEL) alive++;
    if (rms >= FAINT_LEVEL) faint++;
    if (rms >= SPEECH_LEVEL) spoken++;
    if (spoken >= SPOKEN_MEASUREMENTS) return 'heard';
    if (measured < PATIENT_MEASUREMENTS) return 'waiting';
    if (alive === 0) return 'silent';
    return faint >= SPOKEN_MEASUREMENTS ? 'faint' : 'waiting';
  };
}

function levelOf(samples: Float32Array): Levels[number] {
  let [sum, peak] = [0, 0];
  for (const sample of samples) {
    sum += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { rms: Math.sqrt(sum / samples.length), peak };
}

async function hearsTone({ context, analyser }: OpenMicrophone): Promise<boolean> {
  const spectrum = new Float32Array(analyser.frequencyBinCount);
  const bin = Math.round((TONE_HZ / context.sampleRate) * analyser.fftSize);
  const strength = (): number => {
    analyser.getFloatFrequencyData(spectrum);
    return Math.max(...spectrum.slice(bin - 1, bin + 2));
  };
  const before = strength();
  const tone = new OscillatorNode(context, { frequency: TONE_HZ });
  const volume = new GainNode(context, { gain: TONE_VOLUME });
  tone.connect(volume).connect(context.destination);
  tone.start();
  await pause(TONE_MS);
  const during = strength();
  tone.stop();
  await pause(MEASURE_MS);
  return Number.isFinite(during) && during - Math.max(before, analyser.minDecibels) > ECHO_DB;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function kindOf(error: unknown): 'denied' | 'missing' | 'busy' | 'unsupported' {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotSupportedError':
      return 'unsupported';
    default:
      return 'busy';
  }
}
