import { isPlain, isWhole } from '../number-text.js';
import { phraseAt, phraseTable } from '../phrase-table.js';
import { wordBefore, wordBehind, writeAs, type Rule } from '../rule.js';
import { numberAt } from '../spoken-number.js';
import { adjoins, type Token } from '../token.js';

/** Names that are spoken letter by letter: `h b a one c` → `HbA1c`, `b m i` → `BMI`, `C O two` → `CO2`. */
export const spelledName: Rule = (tokens, at) => {
  const name = phraseAt(tokens, at, NAMES);
  if (name !== undefined && !isBloodGroup(tokens, at)) return writeAs(name.meaning, name.length);
  return everyHours(tokens, at) ?? gravidaPara(tokens, at) ?? vitamin(tokens, at);
};

/** `group O two units` */
function isBloodGroup(tokens: readonly Token[], at: number): boolean {
  const before = wordBefore(tokens, at) ?? '';
  return tokens[at]?.lower === 'o' && ['group', 'type', 'blood'].includes(before);
}

/** `q six hours` → `q6h`, which ISMP accepts. */
const everyHours: Rule = (tokens, at) => {
  if (tokens[at]?.lower !== 'q' || !adjoins(tokens[at], tokens[at + 1])) return undefined;
  const number = numberAt(tokens, at + 1);
  if (number === undefined || !isPlain(number) || !isWhole(number)) return undefined;
  const unit = wordBehind(tokens, at + 1, number.length);
  if (unit !== 'h' && unit !== 'hours' && unit !== 'hourly') return undefined;
  return writeAs(`q${number.digits}h`, number.length + 2);
};

/** `g two p one` → `G2P1`. */
const gravidaPara: Rule = (tokens, at) => {
  const [g, pregnancies, p, births] = tokens.slice(at, at + 4);
  if (g?.lower !== 'g' || p?.lower !== 'p') return undefined;
  if (![g, pregnancies, p].every((token, index) => adjoins(token, tokens[at + index + 1]))) return undefined;
  const [first, second] = [
    numberAt([...(pregnancies ? [pregnancies] : [])], 0),
    births && numberAt([births], 0),
  ];
  if (first?.is !== 'cardinal' || (second?.is !== 'cardinal' && second?.is !== 'numeral')) return undefined;
  return writeAs(`G${first.digits}P${second.digits}`, 4);
};

/** `vitamin b twelve` → `vitamin B12`: the letter and the number. */
const vitamin: Rule = (tokens, at) => {
  const letter = tokens[at];
  const number = tokens[at + 1];
  if (letter === undefined || number === undefined || !adjoins(letter, number)) return undefined;
  const digits = VITAMINS.get(`${letter.lower} ${number.lower}`);
  if (digits === undefined) return undefined;
  if (digits !== 'B12' && wordBefore(tokens, at) !== 'vitamin') return undefined;
  return writeAs(digits, 2);
};

const VITAMINS: ReadonlyMap<string, string> = new Map([
  ['b one', 'B1'],
  ['b two', 'B2'],
  ['b six', 'B6'],
  ['b twelve', 'B12'],
  ['d two', 'D2'],
  ['d three', 'D3'],
  ['k one', 'K1'],
  ['k two', 'K2'],
]);

/** Letters that are spoken one by one, and how they are written together. */
const INITIALISMS = [
  ...[
    'BMI',
    'INR',
    'MRI',
    'MRA',
    'CT',
    'EKG',
    'ECG',
    'EEG',
    'EMG',
    'CBC',
    'BMP',
    'CMP',
    'BUN',
    'TSH',
    'GFR',
    'PSA',
  ],
  ...[
    'LDL',
    'HDL',
    'AST',
    'ALT',
    'ESR',
    'CRP',
    'WBC',
    'RBC',
    'PTT',
    'COPD',
    'GERD',
    'CHF',
    'CAD',
    'DVT',
    'UTI',
  ],
  ...[
    'TIA',
    'ICU',
    'IV',
    'BP',
    'HIV',
    'NPO',
    'PRN',
    'BID',
    'TID',
    'QID',
    'GCS',
    'ST',
    'CVA',
    'CPAP',
    'EGD',
    'ERCP',
  ],
  ...[
    'NSAID',
    'SSRI',
    'PTSD',
    'ADHD',
    'OCD',
    'BPH',
    'HPV',
    'TB',
    'GI',
    'GU',
    'ENT',
    'PFT',
    'LFT',
    'LVEF',
    'ICD',
    'MCV',
  ],
  ...[
    'RSV',
    'DNR',
    'HPI',
    'ROS',
    'PCP',
    'PCR',
    'PICC',
    'CSF',
    'BNP',
    'ABG',
    'AFB',
    'ANA',
    'CEA',
    'FSH',
    'LH',
    'HCG',
  ],
  ...['PHQ', 'GAD'],
].map((name) => [Array.from(name.toLowerCase()).join(' '), name] as const);

const NAMES = phraseTable<string>([
  ...([
    ['h b a one c', 'HbA1c'],
    ['hemoglobin a one c', 'hemoglobin A1c'],
    ['hba one c', 'HbA1c'],
    ['a one c', 'A1c'],
    ['e g f r', 'eGFR'],
    ['s p o two', 'SpO2'],
    ['spo two', 'SpO2'],
    ['f i o two', 'FiO2'],
    ['fio two', 'FiO2'],
    ['p a o two', 'PaO2'],
    ['pao two', 'PaO2'],
    ['p a c o two', 'PaCO2'],
    ['paco two', 'PaCO2'],
    ['p c o two', 'pCO2'],
    ['c o two', 'CO2'],
    ['co two', 'CO2'],
    ['o two', 'O2'],
    ['f e v one', 'FEV1'],
    ['fev one', 'FEV1'],
    ['c d four', 'CD4'],
    ['cd four', 'CD4'],
    ['h two blocker', 'H2 blocker'],
    ['covid nineteen', 'COVID-19'],
    ['c a one twenty five', 'CA 125'],
    ['ca one twenty five', 'CA 125'],
    ['brca one', 'BRCA1'],
    ['brca two', 'BRCA2'],
    ['g six p d', 'G6PD'],
    ['twenty twenty vision', '20/20 vision'],
    ['c diff', 'C. diff'],
    ['q o d', 'every other day'],
    ['q d', 'daily'],
    ['p o q d', 'PO daily'],
  ] as const),
  ...INITIALISMS,
]);
