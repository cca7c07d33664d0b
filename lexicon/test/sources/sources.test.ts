import { describe, expect, test } from 'vitest';
import { readAbbreviations } from '../../src/sources/abbreviations.js';
import { readSentences } from '../../src/sources/clinical-sentences.js';
import { countTexts } from '../../src/sources/clinical-texts.js';
import { readDrugBank, readPrescribedDrugs } from '../../src/sources/drug-names.js';
import { readIcd10 } from '../../src/sources/icd10.js';
import { readMesh } from '../../src/sources/mesh.js';
import { readOntology } from '../../src/sources/ontology.js';
import { readUnii } from '../../src/sources/unii.js';
import { readWordFrequencies } from '../../src/sources/word-frequencies.js';
import { readWordNet } from '../../src/sources/wordnet.js';

describe('The readers of sources', () => {
  test('read only English sentences, without the names of fields', () => {
    const files = new Map([
      ['note.yaml', 'id: abc\nid: def\nplan:\n  - "Rest.\\nCall if worse."\n  - 安静 に'],
      ['module.json', '{"states":{"Pain":{"remarks":["Acute_pain of joint", 3, null]}}}'],
    ]);
    expect(readSentences(files)).toEqual(['Call if worse.', 'Acute pain of joint']);
  });

  test('read MeSH by its branches, and reorder inverted names', () => {
    const names = readMesh(
      [
        'D000755\tAnemia, Sickle Cell\tSickle Cell Disease\tC15.378.071.141|C16.320.070',
        'D000003\tAbattoirs\tSlaughterhouse\tJ01.576',
        'D001011\tAorta\t\tA07.015.114',
        'D000818\tFoot Rot\t\tC22.394|C01.100',
      ].join('\n'),
    );
    expect(names.map(({ text, kind, concept }) => [text, kind, concept])).toEqual([
      ['Sickle Cell Anemia', 'condition', 'D000755'],
      ['Sickle Cell Disease', 'condition', 'D000755'],
      ['Aorta', 'anatomy', 'D001011'],
    ]);
  });

  test('read ontologies with and without synonyms, each name once', () => {
    const json =
      '[{"id":"1","name":"gout","synonyms":["gout","gouty arthritis"]},{"id":"2","name":"asthma","xrefs":[]}]';
    expect(readOntology(json, 'mondo').map(({ text, concept }) => [text, concept])).toEqual([
      ['gout', '1'],
      ['gouty arthritis', '1'],
      ['asthma', '2'],
    ]);
  });

  test('read descriptions and inclusion terms of ICD-10-CM, but no external causes', () => {
    const xml = `<?xml version="1.0"?><ICD10CM.tabular><chapter><section>
      <diag><name>I48</name><desc>Atrial fibrillation and flutter</desc>
        <excludes1><note>neonatal (P29.1)</note></excludes1>
        <diag><name>I48.0</name><desc>Paroxysmal atrial fibrillation</desc>
          <inclusionTerm><note>Intermittent AF</note></inclusionTerm></diag></diag>
      <diag><name>W55</name><desc>Contact with mammals</desc></diag>
    </section></chapter></ICD10CM.tabular>`;
    expect(readIcd10(xml).map(({ text, concept }) => [text, concept])).toEqual([
      ['Atrial fibrillation and flutter', 'I48'],
      ['Paroxysmal atrial fibrillation', 'I48.0'],
      ['Intermittent AF', 'I48.0'],
    ]);
  });

  test('read parts of the body and their adjectives in WordNet', () => {
    const nouns = [
      '  1 This software and database is provided as is',
      '05337301 08 n 02 femur 0 thigh_bone 0 002 @ 05269901 n 0000 + 02847000 a 0101 | the longest bone',
      '02958343 06 n 01 car 0 000 | a vehicle',
    ].join('\n');
    const adjectives = [
      '02847000 01 a 01 femoral 0 001 \\ 05337301 n 0101 | of the femur',
      '02847001 01 a 01 vehicular 0 001 \\ 02958343 n 0101 | of cars',
    ].join('\n');
    expect(readWordNet({ nouns, adjectives }).map(({ text, kind }) => [text, kind])).toEqual([
      ['femur', 'anatomy'],
      ['thigh bone', 'anatomy'],
      ['femoral', 'anatomy'],
    ]);
  });

  test('read prescribed drugs with their ingredients and other names', () => {
    const csv = [
      'Medline Plus ID,Common name,Synonyms',
      'a1,"Abacavir, Dolutegravir, and Lamivudine",Triumeq',
      'a2,Levetiracetam Injection,Keppra|Spritam',
      'a3,Alemtuzumab (Multiple Sclerosis),',
    ].join('\n');
    expect(readPrescribedDrugs(csv)).toEqual([
      { ingredients: ['Abacavir', 'Dolutegravir', 'Lamivudine'], synonyms: ['Triumeq'] },
      { ingredients: ['Levetiracetam'], synonyms: ['Keppra', 'Spritam'] },
      { ingredients: ['Alemtuzumab'], synonyms: [] },
    ]);
  });

  test('read the numbers and names of DrugBank', () => {
    const csv =
      'DrugBank ID,Accession Numbers,Common name,CAS\nDB00001,BTD00024 | BIOD00024,Lepirudin,138068-37-8\n';
    expect(readDrugBank(csv)).toEqual([{ number: 1, name: 'Lepirudin' }]);
  });

  test("read brands and combinations out of FDA's substances", () => {
    const unii = readUnii(
      [
        'Name\tTYPE\tUNII\tDisplay Name',
        'METOPROLOL\tof\tGEB06NHM23\tMETOPROLOL',
        'TOPROL\tbn\tTH25PD4CCB\tMETOPROLOL SUCCINATE',
        'PERCOCET COMPONENT ACETAMINOPHEN\tcn\t362O9ITL9D\tACETAMINOPHEN',
        'PERCOCET COMPONENT OXYCODONE HYDROCHLORIDE\tcn\tC1ENJ2TE6C\tOXYCODONE HYDROCHLORIDE',
      ].join('\r\n'),
    );
    expect([...unii.generic]).toEqual(['metoprolol']);
    expect([...(unii.brandNames.get('metoprolol') ?? [])]).toEqual(['toprol']);
    expect([...(unii.combinations.get('percocet') ?? [])]).toEqual([
      'acetaminophen',
      'oxycodone hydrochloride',
    ]);
  });

  test('read counts and ranks of words, and counts of word pairs', () => {
    const frequencies = readWordFrequencies(
      '\uFEFFthe 23135851162\nof 13151942776\n',
      'blood pressure 306038400\n',
    );
    expect(frequencies.rank('of')).toBe(2);
    expect(frequencies.rank('blood pressure')).toBeUndefined();
    expect(frequencies.count('blood pressure')).toBe(306_038_400);
    expect(frequencies.count('apixaban')).toBe(0);
  });

  test('read abbreviations without the version of their list', () => {
    expect([...readAbbreviations('{"_version":"1","MI":["myocardial infarction"]}')]).toEqual([
      ['MI', ['myocardial infarction']],
    ]);
  });

  test('count the texts that hold a term, not its occurrences', () => {
    const texts = ['Atrial fibrillation. Atrial fibrillation again.', 'No fibrillation.'];
    expect([...countTexts(texts, new Set(['atrial fibrillation', 'fibrillation', 'asthma']))]).toEqual([
      ['atrial fibrillation', 1],
      ['fibrillation', 2],
    ]);
  });
});
