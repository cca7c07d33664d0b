const sheets = new Map<string, CSSStyleSheet>();

/** A stylesheet of that text, one for all elements: a strict Content-Security-Policy allows nothing inline. */
export function sheetOf(css: string): CSSStyleSheet {
  const known = sheets.get(css);
  if (known) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  sheets.set(css, sheet);
  return sheet;
}
