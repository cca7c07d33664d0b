import sax from 'sax';
import type { SourceName } from './source-name.js';

/** The descriptions and inclusion terms in ICD-10-CM's tabular list, without external causes and circumstances of life. */
export function readIcd10(xml: string): SourceName[] {
  const names: SourceName[] = [];
  const path: string[] = [];
  let code = '';
  const reader = sax.parser(true, { trim: true });
  reader.onopentag = ({ name }) => path.push(name);
  reader.onclosetag = () => path.pop();
  reader.ontext = (text) => {
    const place = path.slice(-2).join('/');
    if (place === 'diag/name') code = text;
    const isName = place === 'diag/desc' || path.slice(-2)[0] === 'inclusionTerm';
    if (isName && !/^[V-Z]/.test(code)) {
      names.push({ text, kind: 'condition', source: 'icd10', concept: code, casing: 'sentence' });
    }
  };
  reader.write(xml).close();
  return names;
}
