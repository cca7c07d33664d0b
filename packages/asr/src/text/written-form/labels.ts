import { wordBefore } from './rule.js';
import type { Token } from './token.js';

/**
 * The kind of word that a number belongs to: the name of something that is measured, or of a kind of thing that is numbered.
 */
export type Label = 'measured' | 'ranked';

/** The label of the number at `at`, if the words before it are one. */
export function labelBefore(tokens: readonly Token[], at: number): Label | undefined {
  const nearest = wordBefore(tokens, at);
  if (nearest === undefined) return undefined;
  if (isRank(tokens, at, nearest)) return 'ranked';
  for (let steps = 1; steps <= MOST_LINKS + 1; steps++) {
    const word = wordBefore(tokens, at, steps);
    if (word === undefined) return undefined;
    if (MEASURED.has(word) || MEASURED.has(spelledBefore(tokens, at - steps + 1))) return 'measured';
    if (!LINKS.has(word)) return undefined;
  }
  return undefined;
}

/** The letters before `at` that were said one by one, as one word: `I N R`. */
function spelledBefore(tokens: readonly Token[], at: number): string {
  let spelled = '';
  for (let steps = 1; steps <= 4; steps++) {
    const letter = wordBefore(tokens, at, steps);
    if (letter?.length !== 1) break;
    spelled = letter + spelled;
  }
  return spelled;
}

function isRank(tokens: readonly Token[], at: number, nearest: string): boolean {
  if (RANKED.has(nearest)) return true;
  return nearest === 'day' && COUNTED_DAYS.has(wordBefore(tokens, at, 2) ?? '');
}

const MOST_LINKS = 4;

/** Words between the name of a quantity and its value. */
const LINKS: ReadonlySet<string> = new Set([
  ...[
    'is',
    'was',
    'are',
    'were',
    'of',
    'at',
    'the',
    'to',
    'about',
    'around',
    'approximately',
    'below',
    'above',
  ],
  ...[
    'under',
    'than',
    'less',
    'greater',
    'more',
    'falls',
    'fell',
    'rose',
    'stable',
    'equals',
    'reads',
    'now',
  ],
  ...['up', 'down', 'currently', 'today', 'with', 'has', 'been', 'be', 'remains', 'came', 'back', 'in', 'a'],
  ...['level', 'reading', 'count', 'score', 'value', 'elevated', 'low', 'high', 'normal', 'only', 'on'],
]);

/** Things that have a value, in clinics and laboratories. */
const MEASURED: ReadonlySet<string> = new Set([
  ...[
    'pressure',
    'bp',
    'systolic',
    'diastolic',
    'map',
    'pulse',
    'rate',
    'respirations',
    'resps',
    'saturation',
  ],
  ...[
    'saturations',
    'sat',
    'sats',
    'spo2',
    'temperature',
    'temp',
    'weight',
    'height',
    'bmi',
    'glucose',
    'sugar',
  ],
  ...[
    'sugars',
    'a1c',
    'hba1c',
    'creatinine',
    'potassium',
    'sodium',
    'chloride',
    'bicarbonate',
    'bicarb',
    'calcium',
  ],
  ...['magnesium', 'phosphorus', 'phosphate', 'hemoglobin', 'haemoglobin', 'hematocrit', 'platelets', 'wbc'],
  ...[
    'troponin',
    'inr',
    'tsh',
    'bun',
    'gfr',
    'egfr',
    'ldl',
    'hdl',
    'cholesterol',
    'triglycerides',
    'lactate',
    'ph',
  ],
  ...[
    'psa',
    'ferritin',
    'albumin',
    'bilirubin',
    'alt',
    'ast',
    'lipase',
    'amylase',
    'esr',
    'crp',
    'fraction',
    'gcs',
  ],
  ...[
    'apgar',
    'apgars',
    'trough',
    'gap',
    'fev1',
    'mcv',
    'anion',
    'ammonia',
    'urea',
    'procalcitonin',
    'bnp',
    'score',
    'scores',
  ],
  ...[
    'afebrile',
    'pco2',
    'po2',
    'paco2',
    'pao2',
    'fio2',
    'dimer',
    'gravity',
    'osmolality',
    'cortisol',
    'folate',
  ],
]);

/** Kinds that are numbered. */
const RANKED: ReadonlySet<string> = new Set([
  ...[
    'type',
    'stage',
    'grade',
    'class',
    'phase',
    'lead',
    'room',
    'bed',
    'gravida',
    'para',
    'category',
    'nerve',
  ],
  ...[
    'nerves',
    'step',
    'tier',
    'mallampati',
    'asa',
    'nyha',
    'killip',
    'bi-rads',
    'birads',
    'tanner',
    'fitzpatrick',
  ],
]);

const COUNTED_DAYS: ReadonlySet<string> = new Set([
  ...['postoperative', 'post-op', 'postop', 'op', 'hospital', 'postpartum', 'cycle', 'icu', 'treatment'],
  ...['on', 'by', 'until'],
]);
