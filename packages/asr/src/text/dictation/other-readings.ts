import type { Word } from '../../live/live-transcription.js';

/** Words that might be a command, and what stands around them. */
export interface Place {
  readonly words: readonly Word[];
  /** The first word of the phrase. */
  readonly at: number;
  /** How many words it has. */
  readonly length: number;
  /** What the speaker said before these words, as `bareWord` gives it, latest last. */
  readonly before: readonly string[];
}

/**
 * Whether a phrase that stands alone like a command may be something of the patient's: a colon, a period, a line in
 * the arm. A mark that is left out harms less than an organ, so what may be either stays a word.
 */
export function mayBeText(said: string, place: Place): boolean {
  const left = place.words[place.at - 1];
  const isOpen = left !== undefined && !/[.?!:;]["”’)]*$/u.test(left.text);
  if (isOpen && DETERMINERS.has(bareWord(left))) return true;
  return READINGS.get(said)?.(place) ?? false;
}

/** A word in lower case without the punctuation around it. */
export function bareWord(word: Word | undefined): string {
  return word?.text.toLowerCase().replace(/^[("“]+|[.,;:?!)"”]+$/gu, '') ?? '';
}

type Reading = (place: Place) => boolean;

/** Only behind a heading under which no organ is named can it be the mark. */
const organ: Reading = (place) => {
  const heading = wordsBefore(place, 2).reverse();
  const [nearest = '', second = ''] = heading;
  const isSure = HEADINGS.has(nearest) || (nearest === 'history' && HISTORIES.has(second));
  const isLikely = ANNOUNCEMENTS.has(nearest) && !wordsAround(place, 8).some((word) => ORGANS.has(word));
  return !(isSure || isLikely) || BOWEL.has(wordBehind(place)) || (isLikely && isFound(place));
};

/** `results, colon, normal.`: nothing but a finding follows, as behind an organ. `Colon, normal chest` goes on. */
function isFound({ words, at, length }: Place): boolean {
  const finding = words[at + length];
  const isAlone = at + length + 1 === words.length || /[.,;]["”’)]*$/u.test(finding?.text ?? '');
  return isAlone && FINDINGS.test(bareWord(finding));
}

const FINDINGS = /^(?:(?:ab)?normal|negative|positive|clean|empty|full|\p{L}+(?:ed|ous|ic|al))$/u;

const menstruation: Reading = (place) => {
  const [left = ''] = wordsBefore(place, 1);
  if (left === '' || PERIODS.has(left)) return true;
  if (wordsAround(place, 12).some((word, index, words) => isMenstrual(word, words[index - 1]))) return true;
  const behind = wordBehind(place);
  if (!endsSentence(place)) return COURSES.has(behind);
  return FLOWS.has(behind) && !HEART.has(bareWord(place.words[place.at + place.length + 1]));
};

function isMenstrual(word: string, left = ''): boolean {
  return MENSTRUAL.has(word) || (word === 'period' && (PERIODS.has(left) || DETERMINERS.has(left)));
}

/** As a model spells what it heard of a coma. */
const coma: Reading = (place) => {
  const [left = ''] = wordsBefore(place, 1);
  if (left === '' || COMAS.has(left)) return true;
  return wordsAround(place, 6).some((word) => UNCONSCIOUS.has(word) || GERMS.has(word));
};

const catheter: Reading = (place) => {
  const behind = wordsBehind(place, 5);
  if (LINED.has(behind[0] ?? '') || behind.some((word) => LINES.has(word))) return true;
  return wordsBefore(place, 5).some((word) => LINES.has(word));
};

const itch: Reading = (place) => {
  const [left = ''] = wordsBefore(place, 1);
  const isAsked = !endsSentenceBefore(place) && SCRATCHERS.has(left);
  const itches = wordsBefore(place, 8).some(
    (word, index, words) => ITCHES.test(word) && !(word === 'scratch' && words[index + 1] === 'that'),
  );
  const behind = wordsBehind(place, 3);
  return (
    isAsked ||
    itches ||
    FESTERS.has(behind[0] ?? '') ||
    behind.some((word) => ITCHES.test(word) || SORES.has(word))
  );
};

const capsule: Reading = (place) => {
  const own = place.words[place.at];
  if (own === undefined || /[.,;:?!]$/u.test(own.text)) return true;
  const [left = ''] = wordsBefore(place, 1);
  const isCounted = /^\d/u.test(left) || CAPPED.has(left);
  return isCounted || CAPS.has(bareWord(place.words[place.at + 1]));
};

const shape: Reading = (place) => wordsBefore(place, 1).length === 0 || SHAPES.has(wordBehind(place));

function wordBehind({ words, at, length }: Place): string {
  return bareWord(words[at + length]);
}

function wordsBehind({ words, at, length }: Place, most: number): string[] {
  return words.slice(at + length, at + length + most).map(bareWord);
}

function wordsBefore({ words, at, before }: Place, most: number): string[] {
  return [...before, ...words.slice(0, at).map(bareWord)].slice(-most);
}

function wordsAround(place: Place, most: number): string[] {
  return [...wordsBefore(place, most), ...wordsBehind(place, most)];
}

function endsSentence({ words, at, length }: Place): boolean {
  return words.length === at + length || /[.?!]["”’)]*$/u.test(words[at + length - 1]?.text ?? '');
}

function endsSentenceBefore({ words, at }: Place): boolean {
  return at > 0 && /[.?!]["”’)]*$/u.test(words[at - 1]?.text ?? '');
}

/** Behind these a noun is awaited, even where the speaker pauses. */
const DETERMINERS: ReadonlySet<string> = new Set([
  ...[
    'a',
    'an',
    'the',
    'her',
    'his',
    'my',
    'its',
    'your',
    'their',
    'our',
    'of',
    'with',
    'from',
    'into',
    'through',
  ],
  ...['throughout', 'entire', 'whole', 'each', 'every', 'another'],
]);

/** Headings under which a colon is no organ. */
const HEADINGS: ReadonlySet<string> = new Set([
  ...[
    'plan',
    'plans',
    'assessment',
    'medications',
    'medication',
    'meds',
    'allergies',
    'allergy',
    'subjective',
  ],
  ...[
    'objective',
    'complaint',
    'complaints',
    'instructions',
    'recommendation',
    'recommendations',
    'labs',
    'vitals',
  ],
  ...[
    'signs',
    'disposition',
    'illness',
    'systems',
    'course',
    'precautions',
    'date',
    'birth',
    'address',
    'attention',
  ],
  ...['subject', 'education', 'immunizations', 'title'],
]);

/** What announces something, organs perhaps. */
const ANNOUNCEMENTS: ReadonlySet<string> = new Set([
  ...[
    'impression',
    'following',
    'follows',
    'note',
    'summary',
    'example',
    'technique',
    'comparison',
    'indication',
  ],
  ...['indications', 'reason', 'admission', 'results'],
]);

/** Histories of something else than of an organ. */
const HISTORIES: ReadonlySet<string> = new Set([
  ...[
    'social',
    'medication',
    'allergy',
    'occupational',
    'travel',
    'dietary',
    'obstetric',
    'psychiatric',
    'sexual',
  ],
]);

/** What is said of a colon, or goes on with a list that it stands in. */
const BOWEL: ReadonlySet<string> = new Set([
  ...[
    'and',
    'or',
    'with',
    'without',
    'cancer',
    'mass',
    'masses',
    'polyp',
    'polyps',
    'resection',
    'biopsy',
    'is',
  ],
  ...[
    'was',
    'distended',
    'dilated',
    'collapsed',
    'inflamed',
    'perforated',
    'clear',
    'unremarkable',
    'intact',
  ],
]);

/** Where one organ is named, others are. */
const ORGANS: ReadonlySet<string> = new Set([
  ...[
    'rectum',
    'rectal',
    'ileum',
    'ileal',
    'jejunum',
    'duodenum',
    'cecum',
    'caecum',
    'sigmoid',
    'appendix',
    'anus',
  ],
  ...['bowel', 'bowels', 'intestine', 'intestines', 'stomach', 'gastric', 'esophagus', 'oesophagus', 'liver'],
  ...[
    'hepatic',
    'spleen',
    'pancreas',
    'gallbladder',
    'kidney',
    'kidneys',
    'bladder',
    'uterus',
    'ovary',
    'ovaries',
  ],
  ...[
    'prostate',
    'omentum',
    'peritoneum',
    'mesentery',
    'polyp',
    'polyps',
    'colonoscopy',
    'colectomy',
    'colostomy',
  ],
  ...[
    'diverticula',
    'diverticulosis',
    'diverticulitis',
    'colitis',
    'metastasis',
    'metastases',
    'lung',
    'lungs',
  ],
  ...['breast', 'hemicolectomy', 'ascending', 'descending', 'transverse', 'flexure', 'colon', 'colonic'],
]);

const PERIODS: ReadonlySet<string> = new Set([
  ...[
    'last',
    'partum',
    'postpartum',
    'perioperative',
    'postoperative',
    'neonatal',
    'prodromal',
    'next',
    'missed',
    'skipped',
    'menstrual',
    'monthly',
    'incubation',
    'refractory',
    'observation',
    'latent',
  ],
  ...[
    'latency',
    'washout',
    'grace',
    'trial',
    'waiting',
    'previous',
    'first',
    'second',
    'late',
    'heavy',
    'painful',
  ],
]);

const MENSTRUAL: ReadonlySet<string> = new Set([
  ...['menses', 'menstrual', 'menstruation', 'menstruating', 'menarche', 'menopause', 'menopausal', 'lmp'],
  ...[
    'periods',
    'cycle',
    'cycles',
    'cramps',
    'cramping',
    'tampon',
    'tampons',
    'pads',
    'ovulation',
    'ovulating',
  ],
  ...['spotting', 'gynecologic', 'gynecological', 'gynecology', 'gyn', 'contraception', 'contraceptive'],
  ...[
    'contraceptives',
    'pregnant',
    'pregnancy',
    'pregnancies',
    'gravida',
    'dysmenorrhea',
    'menorrhagia',
    'amenorrhea',
  ],
  ...['iud', 'fibroids', 'endometriosis', 'vaginal'],
]);

/** How a period is described within a sentence. */
const COURSES: ReadonlySet<string> = new Set([
  ...[
    'irregular',
    'regular',
    'heavy',
    'heavier',
    'light',
    'lighter',
    'late',
    'painful',
    'painless',
    'missed',
    'absent',
  ],
  ...[
    'started',
    'starts',
    'began',
    'ended',
    'lasts',
    'lasted',
    'lasting',
    'was',
    'is',
    'were',
    'are',
    'every',
    'came',
  ],
  ...[
    'ago',
    'due',
    'pain',
    'pains',
    'normal',
    'on',
    'last',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'yesterday',
  ],
  ...[
    'today',
    'now',
    'stopped',
    'skipped',
    'monthly',
    'usually',
    'about',
    'has',
    'not',
    'since',
    'of',
    'for',
    'with',
  ],
  ...['and', 'or'],
]);

/** How it is described behind a heading of its own. */
const FLOWS: ReadonlySet<string> = new Set([
  ...['irregular', 'regular', 'heavy', 'late', 'painful', 'painless', 'missed', 'absent', 'monthly'],
]);

/** What else is regular or not. */
const HEART: ReadonlySet<string> = new Set([
  ...[
    'rate',
    'rhythm',
    'heart',
    'heartbeat',
    'pulse',
    'pulses',
    's1',
    'breathing',
    'respirations',
    'borders',
    'diet',
  ],
  ...['margins', 'exercise', 'insulin', 'smoker', 'drinker', 'alcohol', 'lifting', 'bowel', 'rhythms'],
]);

/** What a coma is like. */
const COMAS: ReadonlySet<string> = new Set([
  ...[
    'deep',
    'diabetic',
    'hepatic',
    'uremic',
    'induced',
    'hypoglycemic',
    'irreversible',
    'prolonged',
    'light',
  ],
]);

const UNCONSCIOUS: ReadonlySet<string> = new Set([
  ...[
    'coma',
    'comatose',
    'seizure',
    'seizures',
    'stupor',
    'obtunded',
    'lethargy',
    'lethargic',
    'unresponsive',
  ],
  ...['unconscious', 'encephalopathy', 'delirium', 'death', 'vegetative', 'glasgow', 'gcs', 'hypoglycemia'],
  ...['myxedema', 'ketoacidosis', 'hyperosmolar', 'brainstem', 'herniation', 'convulsions'],
]);

const GERMS: ReadonlySet<string> = new Set(['vibrio', 'bacillus', 'bacilli', 'cholerae', 'tract', 'shaped']);

/** What happens to a line in a vessel. */
const LINED: ReadonlySet<string> = new Set([
  ...[
    'placed',
    'inserted',
    'started',
    'established',
    'put',
    'went',
    'needed',
    'secured',
    'confirmed',
    'flushed',
  ],
  ...[
    'flushes',
    'sutured',
    'removed',
    'pulled',
    'infected',
    'obtained',
    'was',
    'is',
    'in',
    'into',
    'for',
    'on',
    'at',
  ],
  ...[
    'and',
    'of',
    'not',
    'working',
    'patent',
    'therapy',
    'treatment',
    'agent',
    'with',
    'but',
    'good',
    'draws',
  ],
]);

const LINES: ReadonlySet<string> = new Set([
  ...[
    'line',
    'lines',
    'catheter',
    'catheters',
    'picc',
    'cordis',
    'lumen',
    'lumens',
    'introducer',
    'port',
    'tubing',
  ],
  ...[
    'jugular',
    'subclavian',
    'femoral',
    'antecubital',
    'forearm',
    'peripheral',
    'arterial',
    'central',
    'vein',
  ],
  ...[
    'infiltrated',
    'blown',
    'clotted',
    'occluded',
    'gauge',
    'flush',
    'flushes',
    'access',
    'placed',
    'inserted',
  ],
  ...[
    'venous',
    'radial',
    'midline',
    'dressing',
    'chemotherapy',
    'chemo',
    'regimen',
    'arm',
    'wrist',
    'groin',
    'ivs',
  ],
]);

/** Who does not take back words here, but scratches. */
const SCRATCHERS: ReadonlySet<string> = new Set([
  ...[
    'not',
    'to',
    'and',
    "don't",
    "can't",
    "didn't",
    "doesn't",
    "won't",
    'cannot',
    'will',
    'would',
    'should',
    'must',
  ],
  ...[
    'can',
    'could',
    'may',
    'might',
    'you',
    'i',
    'she',
    'he',
    'they',
    'we',
    'never',
    'always',
    'often',
    'just',
  ],
  ...['small', 'superficial', 'deep', 'cat', 'dog', 'fresh', 'linear'],
]);

const ITCHES =
  /^(?:itch|scratch|rash|prurit|hives$|urticari|eczem|scab|scabies$|lice$|mosquito|cats?$|fingernails?$|excoriat)/u;

/** What is scratched. */
const SORES: ReadonlySet<string> = new Set([
  ...['spot', 'area', 'wound', 'lesion', 'raw', 'sore', 'mole', 'wart', 'scar', 'blister', 'bite'],
]);

/** What becomes of a scratch, or how long one scratches. */
const FESTERS: ReadonlySet<string> = new Set([
  ...[
    'bleeds',
    'bleeding',
    'until',
    'hard',
    'is',
    'was',
    'has',
    'will',
    'healed',
    'infected',
    'when',
    'because',
    'all',
  ],
]);

/** Before a cap that is a capsule, or sits on something. */
const CAPPED: ReadonlySet<string> = new Set([
  ...[
    'mg',
    'milligrams',
    'milligram',
    'mcg',
    'one',
    'two',
    'three',
    'four',
    'tooth',
    'molar',
    'incisor',
    'crown',
  ],
  ...[
    'nail',
    'bottle',
    'needle',
    'syringe',
    'port',
    'catheter',
    'lens',
    'dental',
    'cervical',
    'cradle',
    'toe',
    'knee',
  ],
  ...['end', 'skull', 'swim', 'ice', 'pen', 'metal', 'porcelain', 'gold', 'capsule', 'refill', 'dome'],
]);

/** Behind a cap that is looked at, and not dictated. */
const CAPS: ReadonlySet<string> = new Set([
  ...[
    'refill',
    'refills',
    'nail',
    'nails',
    'and',
    'or',
    'off',
    'on',
    'it',
    'is',
    'was',
    'in',
    'at',
    'to',
    'for',
    'by',
  ],
  ...[
    'with',
    'per',
    'po',
    'bid',
    'tid',
    'qid',
    'qd',
    'prn',
    'q',
    'daily',
    'nightly',
    'weekly',
    'once',
    'twice',
  ],
  ...[
    'every',
    'each',
    'three',
    'four',
    'two',
    'one',
    'intact',
    'lost',
    'fell',
    'broken',
    'loose',
    'missing',
    'removed',
  ],
  ...[
    'replaced',
    'placed',
    'cemented',
    'changed',
    'secured',
    'tight',
    'clean',
    'dry',
    'fits',
    'normal',
    'of',
    'came',
  ],
  ...[
    'has',
    'had',
    'needs',
    'orally',
    'bedtime',
    'size',
    'the',
    'a',
    'seated',
    'cracked',
    'chipped',
    'applied',
  ],
]);

const SHAPES: ReadonlySet<string> = new Set([
  ...['incision', 'flap', 'sign', 'ear', 'ears', 'shaped', 'shape', 'body', 'scar', 'on', 'above', 'over'],
]);

/** What the words of commands may mean besides. */
const READINGS: ReadonlyMap<string, Reading> = new Map([
  ['colon', organ],
  ['period', menstruation],
  ['comma', coma],
  ['new line', catheter],
  ['next line', catheter],
  ['scratch that', itch],
  ['cap', capsule],
  ['question mark', shape],
]);
