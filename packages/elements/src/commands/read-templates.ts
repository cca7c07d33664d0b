import { askServer } from '../shared-recording/ask-server.js';

/** A text with fields that is inserted by its name. */
export interface Template {
  readonly name: string;
  /** With its fields as `[[finding]]` or `[[side: left | right]]`. */
  readonly text: string;
}

/** The templates of whoever is logged in, and of their tenant; none if the server gives none. */
export async function readTemplates(
  server: string | undefined,
  token: string | null,
): Promise<readonly Template[]> {
  try {
    const response = await askServer(server ?? null, token, 'api/v1/templates');
    if (!response.ok) return [];
    const { templates } = (await response.json()) as { templates?: unknown };
    return Array.isArray(templates) ? templates.filter(isTemplate) : [];
  } catch {
    return [];
  }
}

function isTemplate(value: unknown): value is Template {
  const { name, text } = (value ?? {}) as Partial<Record<keyof Template, unknown>>;
  return typeof name === 'string' && typeof text === 'string';
}
