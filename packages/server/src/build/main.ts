import { fileURLToPath } from 'node:url';
import { bundlePrograms } from './bundle.js';

await bundlePrograms(fileURLToPath(new URL('../bundle', import.meta.url)));
