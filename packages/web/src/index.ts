import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the folder with the built pages: `index.html`, `console.html`, and `assets` with hashed names, each with a `.br` and a
 * `.gz` beside it. It exists once `npm run build` has been run.
 */
export const pageDirectory: string = fileURLToPath(new URL('page', import.meta.url));
