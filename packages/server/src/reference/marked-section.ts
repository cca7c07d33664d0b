/**
 * `text` with `content` between `<!-- name -->` and `<!-- /name -->`, which stay.
 * @throws {TypeError} if it has no such markers.
 */
export function withMarkedSection(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new TypeError(`${start} and ${end} are missing`);
  return `${text.slice(0, from + start.length)}\n\n<!-- prettier-ignore -->\n${content}\n\n${text.slice(to)}`;
}
