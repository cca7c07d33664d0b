/** Why a server cannot be part of its cluster. */
export type ClusterErrorCode = keyof typeof EXIT_STATUS;

/**
 * Exit statuses of the start, as in sysexits.h: what is away may come back (69), a refused credential (77), and what has to
 * be set right first (78).
 */
const EXIT_STATUS = {
  cluster_unreachable: 69,
  cluster_credential_refused: 77,
  cluster_permission_missing: 77,
  cluster_tls_failed: 78,
  cluster_without_jetstream: 78,
  cluster_name_taken: 78,
  cluster_protocol_differs: 78,
  cluster_master_key_differs: 78,
} as const;

/** A cluster that a server cannot join. Its text holds names of settings and servers, never addresses or credentials. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';

  constructor(
    readonly code: ClusterErrorCode,
    /** What is wrong, a sentence. */
    message: string,
    /** What the reader can do, a sentence. */
    readonly remedy: string,
  ) {
    super(message);
  }

  /** The exit status of a program that ends because of it. */
  get exitStatus(): number {
    return EXIT_STATUS[this.code];
  }
}
