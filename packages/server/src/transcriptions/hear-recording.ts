import {
  labelRecording,
  transcribeByVote,
  type FinalHypothesis,
  type Recognizer,
  type SpeakerCount,
  type VoteOptions,
} from '@auscult/asr';
import { mainSpeaker } from '../speakers/main-speaker.js';

/** How a recording is to be heard. */
export interface HearingOptions extends VoteOptions {
  /** `off` by default. */
  readonly speakers?: SpeakerCount | undefined;
  /** The channel, if each of several channels has a speaker of its own. */
  readonly channel?: number | undefined;
}

/** Whether nothing is known of a recording's text before all of it is heard. */
export function comesAtEnd({
  hearings,
  speakers = 'off',
  channel,
}: Pick<HearingOptions, 'hearings' | 'speakers' | 'channel'>): boolean {
  return hearings > 1 || (speakers !== 'off' && channel === undefined);
}

/**
 * The finals of a recording; with `speakers`, their words say who said them. Where each channel has a speaker of its own, that
 * is the channel.
 *
 * @param open reads the recording, 16 kHz mono, from its beginning; called once for each hearing, and once more for its voices
 */
export async function* hearRecording(
  recognizer: Recognizer,
  open: () => AsyncIterable<Float32Array>,
  { speakers = 'off', channel, ...options }: HearingOptions,
): AsyncGenerator<FinalHypothesis> {
  const heard = transcribeByVote(recognizer, open, options);
  if (speakers === 'off') {
    yield* heard;
    return;
  }
  if (channel !== undefined) {
    for await (const final of heard) yield saidBy(channel, final);
    return;
  }
  const finals: FinalHypothesis[] = [];
  for await (const final of heard) finals.push(final);
  const { priority, share, signal } = options;
  const labelled = await labelRecording(recognizer, open, finals, {
    speakers,
    ...(priority !== undefined && { priority }),
    ...(share !== undefined && { share }),
    signal,
  });
  for (const final of labelled) yield withMainSpeaker(final);
}

function withMainSpeaker(final: FinalHypothesis): FinalHypothesis {
  const speaker = mainSpeaker(final.words);
  return speaker === undefined ? final : { ...final, speaker };
}

function saidBy(speaker: number, final: FinalHypothesis): FinalHypothesis {
  return {
    ...final,
    speaker,
    words: final.words.map((word) => ({ ...word, speaker, speakerConfidence: 1 })),
  };
}
