import { readFileSync, writeFileSync } from 'node:fs';
import { withParameters } from './compatibility-reference.js';
import { openapiReference } from './openapi-reference.js';
import { withPermissions } from './permissions-reference.js';
import { settingsReference, withSettingsSummary } from './settings-reference.js';

const root = new URL('../../../../', import.meta.url);
const readme = new URL('README.md', root);
const compatibility = new URL('docs/compatibility.md', root);
const security = new URL('docs/security.md', root);

writeFileSync(new URL('docs/settings.md', root), settingsReference());
writeFileSync(new URL('docs/openapi.json', root), await openapiReference());
writeFileSync(readme, withSettingsSummary(readFileSync(readme, 'utf8')));
writeFileSync(compatibility, withParameters(readFileSync(compatibility, 'utf8')));
writeFileSync(security, withPermissions(readFileSync(security, 'utf8')));
