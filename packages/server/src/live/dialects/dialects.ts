import type { CreateDialect } from '../dialect.js';
import { createAuscult } from './auscult/auscult.js';

/** The dialects that the server speaks. */
export const DIALECTS: readonly CreateDialect[] = [createAuscult];
