/** The names in FDA's list of substances (UNII), all in lower case. */
export interface UniiNames {
  /** Official and common names. */
  readonly generic: ReadonlySet<string>;
  /** The brands of a substance with any salt, by its name without one. */
  readonly brandNames: ReadonlyMap<string, ReadonlySet<string>>;
  /** The substances in brands that contain several. */
  readonly combinations: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the table: name, type (`of` official, `bn` brand, `cn` common, `sys` systematic, `cd` code), UNII, substance. */
export function readUnii(table: string): UniiNames {
  const generic = new Set<string>();
  const brandNames = new Map<string, Set<string>>();
  const combinations = new Map<string, Set<string>>();
  for (const line of table.split('\n')) {
    const [name = '', type, , substance = ''] = line.trimEnd().toLowerCase().split('\t');
    const combination = /^(.+?) component /.exec(name)?.[1];
    if (combination !== undefined) add(combinations, combination, substance);
    else if (type === 'bn') add(brandNames, withoutSalt(substance), name);
    else if (type === 'of' || type === 'cn') generic.add(name);
  }
  return { generic, brandNames, combinations };
}

/** `atorvastatin calcium trihydrate` → `atorvastatin`. */
export function withoutSalt(substance: string): string {
  return substance.split(' ')[0] ?? substance;
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}
