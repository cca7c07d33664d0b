import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with speech and published models that are too large for the repository. It may be missing. */
export const sharedFolder =
  process.env.AUSCULT_SHARED ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));

/** The files of the published `whisper-tiny.en` in it, in int8. */
export const publishedWhisper = path.join(sharedFolder, 'models/whisper-tiny.en');
