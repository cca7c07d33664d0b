import type { DecodedClip } from '../clips/sound.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import type { SessionOptions } from '../load/session.js';
import { scoreClips, type Scorecard } from '../score/scorecard.js';
import type { Target } from '../server/target.js';
import { measureLatency, type LatencyResults } from './latency.js';
import { transcribeLive } from './live-accuracy.js';
import { measureStreams, type StreamsResults } from './streams.js';

/** What a client that knows only the plain messages gets from a server. */
export interface PlainClientResults {
  readonly model: string;
  readonly startSeconds?: number | undefined;
  readonly accuracy: Scorecard;
  readonly latency: LatencyResults;
  readonly streams: StreamsResults;
}

/** How much load a server is given. */
export interface PlainClientLoad {
  /** Clips sent at the same time to measure accuracy. */
  readonly atATime: number;
  /** Room tone after each clip when measuring latency. Longer than any server needs for its last text. */
  readonly gapSeconds: number;
  /** Continuous streams at the same time, and how long they are. */
  readonly streams: number;
  readonly streamSeconds: number;
}

/** Accuracy, latency and concurrent streams of any server, through the same plain client. */
export async function measureWithPlainClient(
  target: Target,
  clips: readonly DecodedClip[],
  options: SessionOptions,
  load: PlainClientLoad,
): Promise<PlainClientResults> {
  const speech = clips.filter(({ clip }) => clip.kind !== 'noise');
  const { model, hypotheses } = await transcribeLive(clips, options, load.atATime);
  const latency = await measureLatency(speech, options, load.gapSeconds);
  const tracks = continuousTracks(speech, load.streams, load.streamSeconds);
  const streams = await measureStreams(target, tracks, options);
  return {
    model,
    startSeconds: target.startSeconds,
    accuracy: scoreClips(
      clips.map(({ clip }) => clip),
      hypotheses,
    ),
    latency: latency.results,
    streams: streams.results,
  };
}
