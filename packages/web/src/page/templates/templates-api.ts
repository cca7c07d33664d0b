import { ask, posting, type Answer } from '../server/ask.js';

/** A text with fields that is inserted by its name. */
export interface Template {
  readonly id: string;
  /** Whether only its owner has it, or everybody of the tenant. */
  readonly scope: 'own' | 'tenant';
  readonly name: string;
  readonly text: string;
  /** Counts the changes. */
  readonly version: number;
}

/** The templates of whoever is logged in. */
export interface TemplateList {
  readonly templates: readonly Template[];
  /** How many there are besides that cannot be decrypted. */
  readonly unreadable: number;
  /** Whether they may edit those of the tenant. */
  readonly tenantEditable: boolean;
}

const PATH = 'api/v1/templates';

export function readTemplates(): Promise<Answer<TemplateList>> {
  return ask(PATH);
}

export function createTemplate(
  template: Pick<Template, 'name' | 'text' | 'scope'>,
): Promise<Answer<Template>> {
  return ask(PATH, posting(template));
}

/** Refused as `template_changed` if somebody has changed it since it was read. */
export function changeTemplate({
  id,
  ...content
}: Pick<Template, 'id' | 'name' | 'text' | 'version'>): Promise<Answer<Template>> {
  return ask(`${PATH}/${encodeURIComponent(id)}`, { ...posting(content), method: 'PUT' });
}

/** The same. */
export function deleteTemplate({ id, version }: Pick<Template, 'id' | 'version'>): Promise<Answer<unknown>> {
  return ask(`${PATH}/${encodeURIComponent(id)}?version=${String(version)}`, { method: 'DELETE' });
}
