/** A table for a terminal: the first column left-aligned, the others right-aligned. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) =>
        column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** `0.1234` → `12.3 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `0.8714` → `0.87 s`; a dash if nothing was measured. */
export function seconds(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : `${value.toFixed(2)} s`;
}

/** `0.0123` seconds → `12 ms`; a dash if nothing was measured. */
export function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : `${(value * 1000).toFixed(0)} ms`;
}

/** `123456789` bytes → `123 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** `{ busy: 2, draining: 1 }` → `busy 2, draining 1`; `none` if empty. */
export function counts(of: Readonly<Partial<Record<string, number>>>): string {
  return (
    Object.entries(of)
      .map(([name, count]) => `${name} ${String(count)}`)
      .join(', ') || 'none'
  );
}
