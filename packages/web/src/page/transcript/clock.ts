import { measured } from '../../localize/numbers.js';

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
  const minutes = m === 0 ? [] : [measured(m, 'minute')];
  const rest = s === 0 && m > 0 ? [] : [measured(s, 'second')];
  return [...minutes, ...rest].join(' ');
}

function padded(value: number): string {
  return String(value).padStart(2, '0');
}
