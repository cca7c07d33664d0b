import { SUBJECT_PREFIX } from '../cluster/cluster-protocol.js';

/** The stream of all servers in JetStream, and how its subjects begin. */
export const JOURNAL_STREAM = 'AUSCULT_JOURNAL';
export const JOURNAL_SUBJECTS = `${SUBJECT_PREFIX}.journal`;
