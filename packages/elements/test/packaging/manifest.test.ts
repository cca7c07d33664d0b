import { readdirSync, readFileSync } from 'node:fs';
import type { CustomElementDeclaration, Package } from 'custom-elements-manifest';
import { describe, expect, test } from 'vitest';
import { DictationElement, TranscriptElement } from '../../src/index.js';
import { RecordingElement } from '../../src/shared-recording/recording-element.js';

const manifest = JSON.parse(read('custom-elements.json')) as Package;

/** Members of the base class that only the elements themselves use. */
const PROTECTED = [
  ...['constructor', 'defaults', 'messages', 'loadLanguage', 'tell', 'transcriberOptions'],
  ...['recordingChanged', 'messagesChanged'],
  ...['connectedCallback', 'disconnectedCallback', 'attributeChangedCallback'],
];

describe('custom-elements.json', () => {
  test('is shipped, and names modules that are there', () => {
    const { customElements, files } = JSON.parse(read('package.json')) as {
      customElements: string;
      files: readonly string[];
    };
    expect(manifest.schemaVersion).toBe('2.1.0');
    expect(customElements).toBe('custom-elements.json');
    expect(files).toContain(customElements);
    for (const { path, exports = [] } of manifest.modules) {
      const source = read(path.replace('dist/', 'src/').replace('.js', '.ts'));
      for (const { declaration } of exports) expect(source).toContain(`export class ${declaration.name} `);
    }
  });

  describe.each([
    { tag: 'auscult-dictation', folder: 'dictation', element: DictationElement },
    { tag: 'auscult-transcript', folder: 'transcript', element: TranscriptElement },
  ])('names everything of $tag, and nothing else:', ({ tag, folder, element }) => {
    const declared = manifest.modules
      .flatMap(({ declarations = [] }) => declarations as CustomElementDeclaration[])
      .find(({ tagName }) => tagName === tag);
    const sources = sourcesIn(folder);
    const base = ['shared-recording', 'shared-styles'].map(sourcesIn).join('\n');

    test('attributes', () => {
      expect(namesOf(declared?.attributes)).toEqual(sorted(element.observedAttributes));
    });

    test('events', () => {
      expect(namesOf(declared?.events)).toEqual(sorted(found(sources, /'(auscult-\w+)': CustomEvent</g)));
    });

    test('parts', () => {
      const places = [
        ...found(sources, /(?:\bpart: |\bpart\.add\()([^,;}]+)/g),
        ...found(sources, /\bboxes\([^)]*, '(\w+)'\)/g).map((part) => `'${part}'`),
        ...found(sources, /\bbutton\(\s*'(\w+)'/g).map((part) => `'${part}'`),
        ...found(sources, /\bchoice\([^,]+, '(\w+)'/g).map((part) => `'${part}'`),
      ];
      const parts = places.flatMap((place) => found(place, /'([^']+)'/g)).flatMap((list) => list.split(' '));
      expect(namesOf(declared?.cssParts)).toEqual(sorted(parts));
    });

    test('custom properties', () => {
      const used = found(`${sources}\n${base}`, /var\((--auscult-[\w-]+)/g);
      expect(namesOf(declared?.cssProperties)).toEqual(sorted(used));
    });

    test('slots', () => {
      expect(`${sources}\n${base}`).not.toMatch(/<slot|make\('slot'/);
      expect(namesOf(declared?.slots)).toEqual([]);
    });

    test('properties and methods', () => {
      const methods = [element, RecordingElement].flatMap((each) =>
        Object.getOwnPropertyNames(each.prototype),
      );
      const classes = [`src/${folder}/${folder}-element.ts`, 'src/shared-recording/recording-element.ts'];
      const fields = classes.flatMap((path) => found(classIn(read(path)), /^ {2}(\w+): .*;$/gm));
      const members = [...methods, ...fields].filter((name) => !PROTECTED.includes(name));
      expect(namesOf(declared?.members)).toEqual(sorted(members));
    });
  });
});

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function sourcesIn(folder: string): string {
  return readdirSync(new URL(`../../src/${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`src/${folder}/${name}`))
    .join('\n');
}

function classIn(source: string): string {
  return source.slice(source.indexOf('class '), source.indexOf('\n}\n', source.indexOf('class ')));
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

function namesOf(list: readonly { readonly name: string }[] = []): readonly string[] {
  return sorted(list.map(({ name }) => name));
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
