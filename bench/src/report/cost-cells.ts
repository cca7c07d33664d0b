/** What something cost; absent if the system does not report it. */
interface Cost {
  /** Processor time of the inference processes. */
  readonly inferenceSeconds?: number | undefined;
}

/** Processor time per second of audio, and as a multiple of that of `none`; dashes if unknown. */
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
