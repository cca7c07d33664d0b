/** Numbers and times as people of the document's language write them. */

/** Date and time to the minute. */
export function showTime(iso: string | undefined): string {
  if (iso === undefined) return '';
  return formatted('time', iso, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Date and time to the second. */
export function showExactTime(iso: string): string {
  return formatted('exact', iso, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** A date. */
export function showDate(iso: string): string {
  return formatted('date', iso, { dateStyle: 'medium' });
}

/** A number, with at most so many decimals. */
export function showNumber(value: number, decimals = 0): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: decimals }).format(value);
}

/** A share from 0 to 1 as a percentage. */
export function showShare(value: number): string {
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 0 }).format(value);
}

/** A number with a unit of `Intl`, such as `day` or `megabyte`. */
export function showQuantity(value: number, unit: string, decimals = 0): string {
  return new Intl.NumberFormat(language(), {
    ...{ style: 'unit', unit, unitDisplay: 'long' },
    maximumFractionDigits: decimals,
  }).format(value);
}

/** Bytes in the unit that suits them. */
export function showBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language(), {
    ...{ style: 'unit', unit: units[power], unitDisplay: 'short' },
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}

/** The name of a language, such as “English” for `en`; the tag itself where it has none. */
export function showLanguage(tag: string): string {
  try {
    return new Intl.DisplayNames(language(), { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** How long something has taken since then, seconds. */
export function secondsSince(iso: string): number {
  return Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatted(name: string, iso: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${name} ${language()}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language(), options);
  formats.set(key, format);
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : format.format(date);
}

function language(): string {
  return document.documentElement.lang || 'en';
}
