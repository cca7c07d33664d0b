/** What FDA's list of substances (UNII) says of a name. */
export interface UniiNames {
  /** Official and common names, in lower case. */
  readonly generic: ReadonlySet<string>;
  /** Official names, in lower case. */
  readonly official: ReadonlySet<string>;
  /** Brands in lower case, with the substances in them. */
  readonly brands: ReadonlyMap<string, readonly string[]>;
  /** How many brands a substance has, by its preferred name in lower case. */
  readonly brandCounts: ReadonlyMap<string, number>;
}

/** Reads the table: name, type (`of` official, `bn` brand, `cn` common, `sys` systematic, `cd` code), UNII, substance. */
export function readUnii(table: string): UniiNames {
  const generic = new Set<string>();
  const official = new Set<string>();
  const brands = new Map<string, string[]>();
  const brandCounts = new Map<string, number>();
  for (const line of table.split('\n')) {
    const [name = '', type, , substance = ''] = line.toLowerCase().split('\t');
    const combined = /^(.+?) component /.exec(name)?.[1];
    if (combined !== undefined) addTo(brands, combined, substance);
    else if (type === 'bn') {
      addTo(brands, name, substance);
      brandCounts.set(substance, (brandCounts.get(substance) ?? 0) + 1);
    } else if (type === 'of' || type === 'cn') generic.add(name);
    if (type === 'of') official.add(name);
  }
  return { generic, official, brands, brandCounts };
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
