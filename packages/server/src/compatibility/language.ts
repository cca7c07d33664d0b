/** Words with which clients of other services ask that the language be recognised. */
const ANY_LANGUAGE = ['multi', 'auto'];

/**
 * The value of the setting `language` for one that a client of another service asks for. Whether the model knows it is checked
 * with the other settings: a session or recording is refused rather than written in a wrong language.
 */
export function languageOf(asked: string): string {
  const tag = asked.trim();
  return ANY_LANGUAGE.includes(tag.toLowerCase()) ? 'auto' : tag;
}
