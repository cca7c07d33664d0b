/** Something about the log that cannot be the result of adding entries. */
export interface AuditProblem {
  /**
   * Problems of an entry. `removed`: entries are missing before it. `altered`: its hash does not match its content and the
   * hash before, so it was changed or inserted. `reordered`: it is in the place of another. `truncated`: the head or an
   * anchor knows of more entries than there are. `rewritten`: the head or an anchor has another hash for it. `added`: it
   * comes after the sealed head.
   *
   * Problems of the head. `head-missing`: there is none. `head-forged`: nobody with a master key wrote it.
   * `head-unverified`: its master key is not there.
   *
   * Problems of anchors. `anchors-missing`: of a chain that was anchored, no anchor is in the file. `anchor-missing`: some
   * are not in the file. `anchor-damaged`: a line is no anchor. `anchor-altered`: an anchor does not follow from the one
   * before. `anchor-conflict`: there is another one in its place. `anchor-unsigned`: it has no signature, although some
   * before it have. `anchor-forged`: its signature was not made with its key. `anchor-unverified`: its key is not known, and
   * no later anchor vouches for it. `anchor-unknown`: the database does not know of it.
   *
   * Problems of time stamps. `timestamp-damaged`: a line is no time stamp. `timestamp-invalid`: it does not belong to its
   * anchor, or is not signed by a trusted authority. `timestamp-unmatched`: its anchor is gone.
   */
  readonly kind:
    | 'removed'
    | 'altered'
    | 'reordered'
    | 'truncated'
    | 'rewritten'
    | 'added'
    | 'head-missing'
    | 'head-forged'
    | 'head-unverified'
    | 'anchors-missing'
    | 'anchor-missing'
    | 'anchor-damaged'
    | 'anchor-altered'
    | 'anchor-conflict'
    | 'anchor-unsigned'
    | 'anchor-forged'
    | 'anchor-unverified'
    | 'anchor-unknown'
    | 'timestamp-damaged'
    | 'timestamp-invalid'
    | 'timestamp-unmatched';
  /** Sequence of the entry, or of the entry that the anchor names; 0 if there is none. */
  readonly sequence: number;
}
