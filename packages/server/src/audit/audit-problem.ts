/** Something about the log that cannot have come about by adding entries. */
export interface AuditProblem {
  /**
   * Of entries. `removed`: entries are missing before it. `altered`: its hash is not that of its content and the hash
   * before, so that it was changed or put in. `reordered`: it stands in another's place. `truncated`: the head or an
   * anchor knows of more entries than there are. `rewritten`: the head or an anchor knows another hash. `added`: it stands
   * behind the sealed head.
   *
   * Of the head. `head-missing`: there is none. `head-forged`: nobody with a master key wrote it. `head-unverified`: its
   * master key is not there.
   *
   * Of anchors. `anchors-missing`: none of a chain that was anchored is in the file. `anchor-missing`: some are not.
   * `anchor-damaged`: a line is no anchor. `anchor-altered`: it does not follow from the one before. `anchor-conflict`:
   * there is another one in its place. `anchor-unsigned`: it has no signature, although some before it have.
   * `anchor-forged`: its signature is not that of its key. `anchor-unverified`: its key is not known, and no later anchor
   * vouches for it. `anchor-unknown`: the database does not know of it.
   *
   * Of time stamps. `timestamp-damaged`: a line is none. `timestamp-invalid`: it is not of its anchor, or not signed by an
   * authority that is trusted. `timestamp-unmatched`: its anchor is gone.
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
  /** Which entry, or which one the anchor is of; 0 where there is none. */
  readonly sequence: number;
}
