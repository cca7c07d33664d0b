import {
  DEEPGRAM_ENCODINGS,
  deepgramParameters,
  type DeepgramWishes,
} from '../../compatibility/deepgram/parameters.js';
import { accepted, honoured, ignored, refused, type ParameterTable } from '../../compatibility/parameters.js';
import { isOff, switchOf } from '../../compatibility/values.js';

/** What a query of a client of Deepgram asks for that sends a recording. */
export interface RecordingWishes extends DeepgramWishes {
  readonly isLanguageDetected: boolean;
  readonly hasUtterances: boolean;
  readonly hasParagraphs: boolean;
}

const ENCODINGS = DEEPGRAM_ENCODINGS.filter((encoding) => encoding.startsWith('linear')).join('`, `');

/** The parameters with which recordings are sent. */
export const recordingParameters: ParameterTable<RecordingWishes> = {
  ...deepgramParameters,
  encoding: {
    ...deepgramParameters['encoding'],
    ...honoured(
      `\`${ENCODINGS}\`, \`mulaw\`, \`alaw\`: samples without a header; with others, the container is recognised`,
      (given) => deepgramParameters['encoding']?.read(given) ?? {},
    ),
  },
  multichannel: honoured(
    'each of two channels is heard by itself, unless both hold the same sound; of more channels it is refused',
    (given) => ({ isMultichannel: switchOf(given) }),
  ),
  detect_language: honoured(
    'the language is recognised if the model can, and stands in the answer',
    ({ values }) => ({
      isLanguageDetected: !values.every(isOff),
    }),
  ),
  utterances: honoured('each segment is an utterance, of one speaker if they are told', (given) => ({
    hasUtterances: switchOf(given),
  })),
  paragraphs: honoured('each segment is a paragraph, of one speaker if they are told', (given) => ({
    hasParagraphs: switchOf(given),
  })),
  utt_split: ignored('segments end where they end'),
  summarize: ignored('texts are not summarised'),
  topics: ignored('topics are not recognised'),
  custom_topic: ignored('topics are not recognised'),
  custom_topic_mode: ignored('topics are not recognised'),
  intents: ignored('intents are not recognised'),
  custom_intent: ignored('intents are not recognised'),
  custom_intent_mode: ignored('intents are not recognised'),
  sentiment: ignored('sentiments are not recognised'),
  url: refused('the server fetches nothing', {
    meaning: 'The server fetches no recordings.',
    remedy: 'Send the recording itself as the body of the request.',
  }),
  interim_results: accepted('there are none of a recording'),
  endpointing: accepted('recordings are cut at their pauses'),
  utterance_end_ms: accepted('recordings are cut at their pauses'),
  vad_events: accepted('there are none of a recording'),
};
