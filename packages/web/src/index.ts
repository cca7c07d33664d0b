import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the folder with the built page: `index.html`, and `assets` with hashed names, each beside its `.br` and
 * `.gz`. It is there once `npm run build` ran.
 */
export const pageDirectory: string = fileURLToPath(new URL('page', import.meta.url));
