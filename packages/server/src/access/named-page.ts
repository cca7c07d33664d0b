import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';

/** Which people or keys of a tenant are looked for. */
export interface NamedSearch {
  readonly tenant: string;
  /** Only those whose name contains it, regardless of case. */
  readonly name?: string | undefined;
  readonly limit: number;
  /** Begins after this place in the list. */
  readonly after?: string | undefined;
}

/** A part of a list, in its order. */
export interface NamedPage<Item> {
  readonly items: readonly Item[];
  /** Leads to the page after this one, if there is one. */
  readonly next: string | undefined;
}

/** The parameters of a list that is searched by name and given page by page. */
export const namedPage = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Only those whose name contains it, regardless of case.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().min(1).max(200).optional().meta({
    description: '`next` of the page before this one, which was asked for with the same `name`.',
  }),
});

/** Whether a name contains a text. The database lowers the case of both, since it may do that for few letters only. */
export function nameContains(text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/gu, String.raw`\$&`)}%`;
  return sql<boolean>`lower(name) like lower(${pattern}) escape '\\'`;
}
