import type { ConfigureMessage, KeyTerm as SentKeyTerm } from '@auscult/protocol';
import { SAMPLE_RATE } from './audio/sample-rate.js';
import type { KeyTerm, TranscriberOptions } from './transcriber-options.js';

/** What the server is told of how it is to hear. */
export function configureMessage(options: TranscriberOptions): ConfigureMessage {
  const { language, task, keyTerms = [], lexicon, channels = 1, words, refine, endpointing } = options;
  const { writtenForm, dictationCommands } = options;
  return {
    type: 'configure',
    sampleRate: SAMPLE_RATE,
    encoding: 's16le',
    channels,
    partials: true,
    ...(words === undefined ? {} : { words }),
    ...(language === undefined ? {} : { language }),
    ...(task === undefined ? {} : { task }),
    ...(refine === undefined ? {} : { refine }),
    ...(writtenForm === undefined ? {} : { writtenForm }),
    ...(dictationCommands === undefined ? {} : { dictationCommands }),
    ...(endpointing === undefined ? {} : { endpointing }),
    ...(keyTerms.length === 0 ? {} : { keyterms: keyTerms.map(sentTerm) }),
    ...(lexicon === undefined ? {} : { lexicon }),
  };
}

function sentTerm(term: string | KeyTerm): SentKeyTerm {
  if (typeof term === 'string') return term;
  const { text, weight, soundsLike } = term;
  return {
    text,
    ...(weight === undefined ? {} : { weight }),
    ...(soundsLike === undefined ? {} : { soundsLike: [...soundsLike] }),
  };
}
