/**
 * Version of what servers and inference machines say to each other over NATS. It is raised when a message changes in a way
 * that an older one would misread.
 */
export const CLUSTER_PROTOCOL = 1;

/** Every subject of this version begins with it. */
export const SUBJECT_PREFIX = `auscult.v${CLUSTER_PROTOCOL}`;
