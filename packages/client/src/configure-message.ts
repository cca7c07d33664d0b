import type { ConfigureMessage, KeyTerm as SentKeyTerm } from '@auscult/protocol';
import { SAMPLE_RATE } from './audio/sample-rate.js';
import { recognitionOptions } from './recognition-options.js';
import type { KeyTerm, TranscriberOptions } from './transcriber-options.js';

/** The `configure` message for the options. */
export function configureMessageFor(options: TranscriberOptions): ConfigureMessage {
  const { keyTerms = [], speakers = 'off' } = options;
  const asked = recognitionOptions.filter((name) => options[name] !== undefined);
  return {
    type: 'configure',
    ...(options.capture === 'recorder'
      ? { encoding: 'container' }
      : { sampleRate: SAMPLE_RATE, encoding: 's16le' }),
    channels: 1,
    partials: true,
    // One final may hold words of several people.
    ...(speakers !== 'off' && { words: true }),
    ...Object.fromEntries(asked.map((name) => [name, options[name]])),
    ...(keyTerms.length === 0 ? {} : { keyterms: keyTerms.map(sentTerm) }),
  };
}

function sentTerm(term: string | KeyTerm): SentKeyTerm {
  if (typeof term === 'string') return term;
  const { text, weight, soundsLike } = term;
  return { text, weight, soundsLike: soundsLike && [...soundsLike] };
}
