/** Time between two attempts to write a copy, milliseconds. */
export const ATTEMPT_MS = 250;
/** When a client whose deletion was refused may try again, seconds. */
export const RETRY_AFTER_SECONDS = 5;
