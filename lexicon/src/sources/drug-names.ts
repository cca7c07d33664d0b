import { parse } from 'csv-parse/sync';

/**
 * One drug in a list of medicines for patients: common in practice, or nobody would have written about it.
 */
export interface PrescribedDrug {
  /** The active ingredients. */
  readonly ingredients: readonly string[];
  /** Other names, mostly brands. */
  readonly synonyms: readonly string[];
}

/** The drugs in the tables of MedlinePlus and the NHS: identifier, common name, synonyms with `|` between them. */
export function readPrescribedDrugs(csv: string): PrescribedDrug[] {
  return rows(csv).map(([, name = '', synonyms = '']) => ({
    ingredients: name
      .replace(/\(.*?\)/g, '')
      .split(/, and |, | and |\//)
      .map((ingredient) => ingredient.trim().replace(ROUTES, ''))
      .filter((ingredient) => ingredient !== ''),
    synonyms: separated(synonyms),
  }));
}

/** A drug in DrugBank. */
export interface DrugBankEntry {
  /** Grows with the date on which the drug was added. */
  readonly number: number;
  readonly name: string;
}

/** DrugBank's open vocabulary: identifier (`DB` and a number), former identifiers, common name. */
export function readDrugBank(csv: string): DrugBankEntry[] {
  return rows(csv).flatMap(([id = '', , name = '']) =>
    name === '' ? [] : [{ number: Number(id.slice(2)), name }],
  );
}

const ROUTES =
  / (injection|topical|ophthalmic|otic|nasal|nasal spray|oral|oral inhalation|inhalation|rectal|vaginal|transdermal|transdermal patch|buccal|implant|intravitreal|sublingual|vaccine)$/i;

function separated(names: string): string[] {
  return names
    .split('|')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function rows(csv: string): string[][] {
  return parse(csv, { from_line: 2, relax_column_count: true, bom: true });
}
