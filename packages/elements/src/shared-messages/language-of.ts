/** The languages of the elements. */
export type Language = 'en' | 'de' | 'fr' | 'es';

/**
 * The language in which an element speaks: that of the nearest `lang`, through shadow roots too, else the browser's first
 * that there is, else English.
 */
export function languageOf(element: Element): Language {
  const tags = [nearestLang(element), ...navigator.languages];
  return tags.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

function isLanguage(tag: string): tag is Language {
  return ['en', 'de', 'fr', 'es'].includes(tag);
}

function nearestLang(element: Element): string {
  const holder = element.closest('[lang]');
  if (holder) return holder.getAttribute('lang') ?? '';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? nearestLang(root.host) : '';
}
