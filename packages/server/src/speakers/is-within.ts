interface Times {
  readonly start: number;
  readonly end: number;
}

/** Whether a word is in a span: its middle is. */
export function isWithin(word: Times, span: Times): boolean {
  const middle = (word.start + word.end) / 2;
  return middle >= span.start && middle <= span.end;
}
