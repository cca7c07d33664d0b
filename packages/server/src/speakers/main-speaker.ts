/** Who said most of some words; undefined if it is known of none. Of two who said as many, the one who began. */
export function mainSpeaker(words: readonly { readonly speaker?: number | undefined }[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { speaker } of words)
    if (speaker !== undefined) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  let main: number | undefined;
  for (const [speaker, count] of counts)
    if (main === undefined || count > (counts.get(main) ?? 0)) main = speaker;
  return main;
}
