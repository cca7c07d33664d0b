/** Seconds as `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${String(h)}:${padded(m)}:${padded(s)}` : `${String(m)}:${padded(s)}`;
}

/** The same in words, for screen readers. */
export function spokenClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [m, s] = [Math.floor(whole / 60), whole % 60];
  const parts = [counted(m, 'minute'), counted(s, 'second')].filter((part) => part !== '');
  return parts.join(' ') || '0 seconds';
}

function padded(value: number): string {
  return String(value).padStart(2, '0');
}

function counted(value: number, unit: string): string {
  return value === 0 ? '' : `${String(value)} ${unit}${value === 1 ? '' : 's'}`;
}
