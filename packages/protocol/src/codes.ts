/** All codes of the protocol, without its schemas: nothing here needs zod, so programs in browsers can afford it. */
export { closeTable, type CloseDefinition } from './close-codes.js';
export {
  closeEnds,
  endByCode,
  endByError,
  type AfterClose,
  type CloseEnd,
  type CloseName,
  type NamedCloseEnd,
  type Outage,
} from './connection-ends.js';
export { dropReasons, dropTable, type DropReason } from './drop-reasons.js';
export { errorCodes, errorTable, type ErrorCode, type ErrorDefinition } from './error-codes.js';
export { warningCodes, warningTable, type WarningCode, type WarningDefinition } from './warning-codes.js';
