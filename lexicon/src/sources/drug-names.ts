import { parse } from 'csv-parse/sync';

/** One drug as a list of medicines for patients has it: common in practice, or nobody would have written about it. */
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

/** The common names of DrugBank's open vocabulary. */
export function readDrugBank(csv: string): string[] {
  return rows(csv).flatMap(([, , name = '']) => (name === '' ? [] : [name]));
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
