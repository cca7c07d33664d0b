import { stopStreams } from './microphone.js';

/** The streams that a source listens to, and whether they are its own or a page's. */
export interface HeldStreams {
  readonly streams: () => readonly MediaStream[];
  readonly areOwn: () => boolean;
  /** Holds these from now on, and lets go of the former ones. */
  readonly hold: (streams: readonly MediaStream[], areOwn: boolean) => void;
  /** Whether own streams give sound. The browser shows a microphone that gives none as not in use. */
  readonly setEnabled: (enabled: boolean) => void;
  /** Lets go of them: own ones are stopped, and so are their microphones. */
  readonly release: () => void;
}

/** `onEnded` is called when a stream ends while it is held, such as that of a microphone that is unplugged. */
export function createHeldStreams(onEnded: () => void): HeldStreams {
  let streams: readonly MediaStream[] = [];
  let areOwn = false;
  let isEnabled = true;
  const tracks = (): readonly MediaStreamTrack[] => streams.flatMap((stream) => stream.getTracks());

  function setEnabled(enabled: boolean): void {
    isEnabled = enabled;
    if (areOwn) for (const track of tracks()) track.enabled = enabled;
  }

  function release(): void {
    for (const track of tracks()) track.removeEventListener('ended', onEnded);
    if (areOwn) stopStreams(streams);
  }

  return {
    streams: () => streams,
    areOwn: () => areOwn,
    hold: (next, nextAreOwn) => {
      release();
      streams = next;
      areOwn = nextAreOwn;
      for (const track of streams.flatMap((stream) => stream.getAudioTracks())) {
        track.addEventListener('ended', onEnded);
      }
      setEnabled(isEnabled);
    },
    setEnabled,
    release,
  };
}
