import { writeFileSync } from 'node:fs';
import { clientOptions } from './client-options.js';
import { protocolReference } from './protocol-reference.js';

const root = new URL('../../../../', import.meta.url);

writeFileSync(new URL('docs/protocol.md', root), protocolReference());
writeFileSync(new URL('packages/client/src/recognition-options.ts', root), clientOptions());
