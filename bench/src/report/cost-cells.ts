/** What something cost; absent where the system does not tell. */
interface Cost {
  /** Processor time of the inference processes. */
  readonly inferenceSeconds?: number | undefined;
}

/** Processor time by the second of audio, and as a multiple of that of `none`; dashes where they are not known. */
export function costCells(
  { inferenceSeconds }: Cost,
  none: Cost | undefined,
  audioSeconds: number,
): readonly [perSecond: string, ofNone: string] {
  if (inferenceSeconds === undefined) return ['–', '–'];
  const perSecond = (inferenceSeconds / audioSeconds).toFixed(3);
  if (none?.inferenceSeconds === undefined) return [perSecond, '–'];
  return [perSecond, `${(inferenceSeconds / none.inferenceSeconds).toFixed(2)}×`];
}
