// The part of key terms that needs no recognizer: for threads that only look at lists of them.
export {
  checkKeyTerms,
  mergeKeyTerms,
  type CheckedKeyTerms,
  type LeftOutReason,
} from './terms/check-key-terms.js';
export { keyTermLimits, type KeyTerm } from './terms/key-term.js';
export { listKeyTerms, termsOfList, type KeyTermList } from './terms/key-term-list.js';
