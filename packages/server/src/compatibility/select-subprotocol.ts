/** The subprotocols that clients know, in the order of preference. Those that hold a credential are never selected. */
const SELECTED = ['auscult.v1', 'realtime', 'token', 'bearer'];

/** The one subprotocol to select of those that a client offers; undefined if it offers none that is known. */
export function selectSubprotocol(offered: readonly string[]): string | undefined {
  return SELECTED.find((protocol) => offered.includes(protocol));
}
