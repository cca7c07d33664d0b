/**
 * The tokens of signs that are written in English but not spoken: brackets, musical notes, symbols, and a hyphen or
 * apostrophe that begins a word. For models whose files name none; the published models follow the same list
 * (`non_speech_tokens` of https://github.com/openai/whisper).
 */
export function nonSpeechTokens(encode: (text: string) => readonly number[]): readonly number[] {
  const tokens = new Set([...encode(' -').slice(0, 1), ...encode(" '").slice(0, 1)]);
  for (const symbol of [...SIGNS, ...RUNS, ...NOTES]) {
    for (const [first, ...rest] of [encode(symbol), encode(` ${symbol}`)]) {
      // Musical notes share their first bytes with little else, so a token that is only a part of a note is left out too.
      if (first !== undefined && (rest.length === 0 || NOTES.includes(symbol))) tokens.add(first);
    }
  }
  return [...tokens].sort((a, b) => a - b);
}

const SIGNS = Array.from('"#()*+/:;<=>@[\\]^_`{|}~「」『』');
const RUNS = '<< >> <<< >>> -- --- -( -[ (\' (" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪'.split(' ');
const NOTES = Array.from('♩♪♫♬♭♮♯');
