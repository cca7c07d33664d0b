import { ownProblem, TranscriberError, type ProblemCode } from '../problem.js';
import type { MicrophoneOptions } from '../transcriber-options.js';

/** A microphone that can be chosen. */
export interface Microphone {
  readonly deviceId: string;
  /** Empty until the page has been allowed to use microphones. */
  readonly label: string;
}

/** The microphones there are. Empty where the browser has no access to any, and outside of browsers. */
export async function listMicrophones(): Promise<readonly Microphone[]> {
  const devices = (await mediaDevices()?.enumerateDevices()) ?? [];
  return devices
    .filter(({ kind }) => kind === 'audioinput')
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Reports microphones that come and go; `undefined` outside of secure pages. */
export function mediaDevices(): MediaDevices | undefined {
  return (globalThis as { navigator?: { mediaDevices?: MediaDevices } }).navigator?.mediaDevices;
}

/** A request for a microphone. */
export interface MicrophoneRequest {
  readonly deviceId: string | undefined;
  /** Whether another one is acceptable if it is not there. */
  readonly orAnother: boolean;
  /** Whether left and right are wanted separately. */
  readonly stereo: boolean;
  readonly processing: Pick<MicrophoneOptions, 'echoCancellation' | 'noiseSuppression' | 'autoGainControl'>;
}

/**
 * Opens microphones, all of them or none; the person may be asked. Rejects with a `TranscriberError`.
 */
export async function openMicrophones(
  requests: readonly MicrophoneRequest[],
): Promise<readonly MediaStream[]> {
  const results = await Promise.allSettled(requests.map(openMicrophone));
  const streams = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return streams;
  stopStreams(streams);
  throw failed.reason;
}

/** Stops streams, and releases their microphones. */
export function stopStreams(streams: readonly MediaStream[]): void {
  for (const track of streams.flatMap((stream) => stream.getTracks())) track.stop();
}

async function openMicrophone(request: MicrophoneRequest): Promise<MediaStream> {
  const devices = mediaDevices();
  if (!devices) throw new TranscriberError(ownProblem('microphones_unsupported'));
  try {
    return await devices.getUserMedia({ audio: constraintsOf(request), video: false });
  } catch (error) {
    throw new TranscriberError(ownProblem(codeOf(error)), error);
  }
}

/** What is undefined is up to the browser. */
function constraintsOf({ deviceId, orAnother, stereo, processing }: MicrophoneRequest) {
  // Voice processing in browsers makes sound mono, so two channels are requested unprocessed.
  const usual = stereo ? false : undefined;
  const { echoCancellation = usual, noiseSuppression = usual, autoGainControl = usual } = processing;
  return {
    deviceId: deviceId && { [orAnother ? 'ideal' : 'exact']: deviceId },
    channelCount: { ideal: stereo ? 2 : 1 },
    echoCancellation,
    noiseSuppression,
    autoGainControl,
  } as MediaTrackConstraints;
}

function codeOf(
  error: unknown,
): Extract<ProblemCode, 'microphone_denied' | 'microphone_missing' | 'microphone_busy'> {
  switch ((error as { name?: unknown }).name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'microphone_denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'microphone_missing';
    default:
      return 'microphone_busy';
  }
}
