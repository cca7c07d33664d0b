import { FILE_VARIABLE } from '../config/load-config.js';
import { settings } from '../config/settings.js';
import { markdownTable } from './markdown-table.js';
import { withMarkedSection } from './marked-section.js';

/** The text of docs/settings.md: every setting under all of its names, with what it takes. */
export function settingsReference(): string {
  const rows = settings.map(({ name, flag, variable, values, unit, defaultText, description }) => [
    `\`${name}\``,
    `\`${flag}\``,
    `\`${variable}\``,
    unit === undefined ? values : `${values} (${unit})`,
    defaultText,
    description,
  ]);
  return `<!-- Written by npm run docs from packages/server/src/config/schema.ts. -->

# Settings

A setting is looked for on the command line, then in the environment, then in a JSON file that \`--config\` or
\`${FILE_VARIABLE}\` names; the first place that has it counts. All are validated once, at the start. A name that is not
known is refused, in the file and among the variables that begin with \`AUSCULT_\`. An empty variable counts as unset.
Lists are separated by commas on the command line and in the environment, and are arrays in the file.

\`\`\`json
{ "port": 8123, "allowedOrigins": ["https://clinic.example"], "maxSessions": 20 }
\`\`\`

${markdownTable(['in the file', 'flag', 'environment', 'takes', 'default', 'what it does'], rows)}
`;
}

/**
 * `readme` with a short table of every setting between its markers, which stay.
 * @throws {TypeError} if it has no markers.
 */
export function withSettingsSummary(readme: string): string {
  return withMarkedSection(readme, 'settings', settingsSummary());
}

/** A short table of every setting. */
function settingsSummary(): string {
  const rows = settings.map(({ flag, unit, defaultText, description }) => [
    `\`${flag}\``,
    unit === undefined || defaultText === 'none' ? defaultText : `${defaultText} ${unit}`,
    description,
  ]);
  return markdownTable(['flag', 'default', 'what it does'], rows);
}
