/**
 * Whether a phrase, in lower case and without punctuation, is a single letter or consists only of words that occur in
 * any speech. A recognizer that expects such words hears them where nobody says them.
 */
export function isCommon(phrase: string): boolean {
  return /^[a-z]$/.test(phrase) || phrase.split(' ').every((word) => COMMON.has(word));
}

/** Function words of English, and verbs, adverbs and numbers that are as frequent, as `plainWords` writes them. */
const COMMON: ReadonlySet<string> = new Set(
  `
  the an and or but nor so yet if then else than that this these those there here
  i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers herself
  it its itself they them their theirs themselves who whom whose which what when where why how
  of to in on at by for from with without about above across after against along among around as before behind below
  beneath beside between beyond down during except inside into near off onto out outside over past per since through
  throughout till toward towards under until up upon via within
  be am is are was were been being isn aren wasn weren
  have has had having haven hasn hadn do does did done doing don doesn didn
  can could may might must shall should will would cannot couldn shouldn wouldn won ll ve re
  not no yes okay ok oh uh um well just only also too very really quite rather almost even still already again ever
  never always often sometimes usually now today tomorrow yesterday soon later ago once twice
  all any both each either every few many more most much neither none other others another some several such same
  one two three four five six seven eight nine ten first second third last next
  someone somebody something somewhere anyone anybody anything anywhere everyone everybody everything everywhere
  nobody nothing nowhere
  get gets got getting go goes going gone went come comes came coming make makes made making take takes took taken
  taking give gives gave given giving know knows knew known think thinks thought say says said saying see sees saw
  seen look looks looked looking want wants wanted need needs needed feel feels felt tell tells told ask asks asked
  use uses used find finds found put puts keep keeps kept let lets try tries tried start starts started stop stops
  stopped work works worked seem seems seemed help helps helped call called turn turned
  good better best bad big small little long short new old right left high low great own sure able
  time times day days week weeks month months year years hour hours minute minutes way thing things lot bit kind
  people person man woman men women
  because though although while whether unless however maybe perhaps please thank thanks hello hi
  back away together apart else instead enough less least like
  `
    .trim()
    .split(/\s+/),
);
