import { fileURLToPath } from 'node:url';
import { bundlePrograms } from './bundle.js';
import { placeDocuments } from './documents.js';

await bundlePrograms(fileURLToPath(new URL('../bundle', import.meta.url)));
placeDocuments(fileURLToPath(new URL('../../../..', import.meta.url)));
