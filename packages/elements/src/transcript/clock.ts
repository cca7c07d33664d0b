/** Seconds as `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
  const [h, m, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  const padded = (value = 0): string => String(value).padStart(2, '0');
  return h ? `${String(h)}:${padded(m)}:${padded(s)}` : `${String(m)}:${padded(s)}`;
}
