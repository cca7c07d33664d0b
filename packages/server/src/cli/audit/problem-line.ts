import type { AuditProblem } from '../../audit/audit-problem.js';

/** A line that explains a problem of the audit log. */
export function problemLine({ kind, sequence }: AuditProblem): string {
  return sequence === 0 ? SENTENCES[kind] : `entry ${sequence}: ${SENTENCES[kind]}`;
}

const SENTENCES: Readonly<Record<AuditProblem['kind'], string>> = {
  removed: 'it, or entries before it, were removed',
  altered: 'it was altered or put in, or the one before it was',
  reordered: 'another entry stands in its place',
  truncated: 'it was anchored, and the log ends before it',
  rewritten: 'it was anchored with another hash, so the log was rewritten',
  added: 'it was put in after the sealed head',
  'head-missing':
    'the sealed head of the log is gone, or no server of this version has started since an upgrade',
  'head-forged': 'somebody without the master key wrote the head of the log',
  'head-unverified': 'the master key that the head is sealed with is not there',
  'anchors-missing': 'it was anchored, and the anchors are gone',
  'anchor-missing': 'it was anchored, and that anchor, or some before it, are gone from the file',
  'anchor-damaged': 'a line of the anchors is no anchor',
  'anchor-altered': 'its anchor does not follow from the one before, so one of them was altered',
  'anchor-conflict': 'its anchor is not the one that was made in that place',
  'anchor-unsigned': 'its anchor has no signature, although some before it have',
  'anchor-forged': 'its anchor was not signed by the server',
  'anchor-unverified': 'its anchor is signed with a key that is not known',
  'anchor-unknown': 'the database does not know its anchor, so it is older than that, or a different one',
  'timestamp-damaged': 'a line of the time stamps is not a time stamp',
  'timestamp-invalid':
    'its time stamp does not belong to its anchor, or is not signed by a trusted authority',
  'timestamp-unmatched': 'the anchor of a time stamp is gone',
};
