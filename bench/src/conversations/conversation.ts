import type { FinalHypothesis } from '@auscult/asr';
import type { SpokenTurn, TimedTurn } from '../score/speaker-score.js';

/** A recording of which is known who speaks. */
export interface Conversation {
  readonly id: string;
  readonly set: ConversationSet;
  /** 16 kHz, mono. */
  readonly pcm: Int16Array;
  /** How many people speak. */
  readonly people: number;
  readonly truth: SpeakerTruth;
}

/** A conversation whose words were recognised. */
export interface HeardConversation extends Conversation {
  readonly finals: readonly FinalHypothesis[];
}

/**
 * `interviews` of a doctor and a patient, the same over the `telephone`, `dialogues` that are spliced from read speech, `lone`
 * speakers, and `noise` alone and between what people say.
 */
export type ConversationSet = 'interviews' | 'dialogues' | 'lone' | 'noise' | 'telephone';

/** All of them, for flags. */
export const conversationSets: readonly ConversationSet[] = [
  'interviews',
  'dialogues',
  'lone',
  'noise',
  'telephone',
];

/** Who speaks: by the words in their order, or by time where no text says which words were said when. */
type SpeakerTruth =
  | { readonly by: 'words'; readonly turns: readonly SpokenTurn[] }
  | { readonly by: 'time'; readonly turns: readonly TimedTurn[] };
