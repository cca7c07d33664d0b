import type { Transcript } from './transcript.js';

/** The language that most segments are in, a BCP 47 tag; undefined if there are none. */
export function mostFrequentLanguage({ segments }: Transcript): string | undefined {
  const counts = new Map<string, number>();
  for (const { language } of segments) counts.set(language, (counts.get(language) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
