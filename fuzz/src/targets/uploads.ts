import { receiveUpload } from '../../../packages/server/dist/http/receive-upload.js';
import { readKeyTerms } from '../../../packages/server/dist/reading/client-text.js';
import { formTarget } from '../form-target.js';

/** Forms with recordings. */
export const target = formTarget((request, limits) => receiveUpload(request, limits, readKeyTerms));
