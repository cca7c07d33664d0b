import { ownProblem, TranscriberError } from '../problem.js';
import type { AudioSource } from './audio-source.js';
import { stopStreams } from './microphone.js';
import { createMicrophonesInUse, type MicrophonesInUseOptions } from './microphones-in-use.js';

interface RecorderSourceOptions extends MicrophonesInUseOptions {
  /** Another recording begins. */
  readonly onBegin: () => void;
  /** What the recorder wrote in about so many seconds, in order. */
  readonly onBytes: (bytes: Uint8Array<ArrayBuffer>, seconds: number) => void;
  /** The last of what was recorded before a pause has been given. */
  readonly onPaused: () => void;
  /** Calls `listen` when another recording has to begin. */
  readonly whenStranded: (listen: () => void) => void;
}

/** How often the recorder gives what it has, milliseconds. */
const TIMESLICE_MS = 250;
const BITS_PER_SECOND = 32_000;

/** What can be cut between clusters comes first; MP4 needs ffmpeg on the server. */
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'] as const;

/**
 * A microphone, or a stream of the page, recorded by the browser's own recorder, for pages in which no worklet may
 * run. When the microphone changes, another recording begins.
 */
export function createRecorderSource(options: RecorderSourceOptions): AudioSource {
  const { onBegin, onBytes, onPaused, whenStranded } = options;
  const microphones = createMicrophonesInUse(options, (streams) => {
    void listenTo(streams);
  });
  let recorder: MediaRecorder | undefined;
  /** What is recorded: a copy, since a stream of the page must not be muted for others. */
  let copy: MediaStream | undefined;
  let isPaused = false;
  let isMuted = false;
  /** Resolves when everything that was recorded has been given. */
  let given: Promise<void> = Promise.resolve();

  function setEnabled(): void {
    microphones.setEnabled(!isPaused);
    for (const track of copy?.getTracks() ?? []) track.enabled = !isPaused && !isMuted;
  }

  function take(blob: Blob): void {
    given = given.then(async () => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      if (bytes.length > 0) onBytes(bytes, TIMESLICE_MS / 1000);
      if (isPaused) onPaused();
    });
  }

  async function listenTo([stream]: readonly MediaStream[]): Promise<void> {
    await stopRecorder();
    if (!stream || microphones.isClosed()) return;
    given = given.then(onBegin);
    // Undefined leaves it to the browser.
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) as string;
    copy = new MediaStream(stream.getAudioTracks().map((track) => track.clone()));
    setEnabled();
    recorder = new MediaRecorder(copy, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    recorder.ondataavailable = ({ data }) => {
      take(data);
    };
    recorder.start(TIMESLICE_MS);
    if (isPaused) recorder.pause();
  }

  async function stopRecorder(): Promise<void> {
    const [stopping, recorded] = [recorder, copy];
    recorder = undefined;
    copy = undefined;
    if (stopping && stopping.state !== 'inactive') {
      await new Promise((resolve) => {
        stopping.onstop = resolve;
        stopping.stop();
      });
    }
    if (recorded) stopStreams([recorded]);
    await given;
  }

  return {
    start: async () => {
      if (typeof MediaRecorder === 'undefined')
        throw new TranscriberError(ownProblem('microphones_unsupported'));
      await microphones.open();
      if (microphones.isClosed()) throw new TranscriberError(ownProblem('closed'));
      whenStranded(() => {
        void listenTo(microphones.streams());
      });
      await listenTo(microphones.streams());
    },
    pause: () => {
      isPaused = true;
      recorder?.requestData();
      recorder?.pause();
      setEnabled();
    },
    resume: () => {
      isPaused = false;
      setEnabled();
      recorder?.resume();
    },
    mute: (muted) => {
      isMuted = muted;
      setEnabled();
    },
    hasMore: () => false,
    stop: async () => {
      await stopRecorder();
      microphones.close();
    },
    close: () => {
      microphones.close();
      void stopRecorder();
    },
    useMicrophone: microphones.change,
  };
}
