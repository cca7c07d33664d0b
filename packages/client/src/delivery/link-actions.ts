import type { ConfigureMessage } from '@auscult/protocol';
import type { Identification } from '../speakers/identification.js';
import type { Outage } from '../transcriber-state.js';
import type { DeliveryListener } from './delivery-listener.js';
import type { Dialer } from './dialer.js';
import type { LinkAction } from './link.js';
import type { Transfer } from './transfer.js';

interface LinkParts {
  readonly dialer: Dialer;
  readonly transfer: Transfer;
  readonly configure: ConfigureMessage;
  readonly identification: Identification;
  readonly listener: DeliveryListener;
}

/** Does what the link asks for, with sockets, timers and audio. */
export function carryOut(action: LinkAction, parts: LinkParts): void {
  const { dialer, transfer, configure, listener } = parts;
  switch (action.kind) {
    case 'connect':
      listener.onConnection({ kind: 'connecting' });
      return dialer.dial(action);
    case 'send-configure':
      return dialer.connection()?.send(configureAfter(action.former, configure));
    case 'send-resume': {
      const { sessionId, token } = action;
      return dialer
        .connection()
        ?.send({ type: 'resume', sessionId, token, next: [...transfer.nextFinals()] });
    }
    case 'deliver':
      return deliver(action, parts);
    case 'abandon':
      return dialer.connection()?.abandon();
    case 'close':
      return dialer.connection()?.close();
    case 'wait':
      return reportOutage(action.reason, performance.now() + dialer.pause(), parts);
    case 'hold':
      return reportOutage('unauthorized', Infinity, parts);
    case 'tell':
      return listener.onProblem(action.problem);
    case 'fail':
      return listener.onFailed(action.problem);
    case 'lose-refinement':
      return listener.onWarning(refinementLost);
  }
}

function configureAfter(
  former: Extract<LinkAction, { kind: 'send-configure' }>['former'],
  configure: ConfigureMessage,
): ConfigureMessage {
  return former ? { ...configure, continues: { sessionId: former.id, token: former.token } } : configure;
}

function deliver(
  { session, receivedSamples, knowsSpeakers }: Extract<LinkAction, { kind: 'deliver' }>,
  { dialer, transfer, identification, listener }: LinkParts,
): void {
  transfer.begin(receivedSamples);
  if (receivedSamples === undefined)
    identification.beginSession(session.id, transfer.sequenceOffsets(), knowsSpeakers);
  identification.forgetSent();
  dialer.hold();
  listener.onConnection({ kind: 'connected', outage: undefined });
  // The listener may have closed the connection.
  const connection = dialer.connection();
  if (connection) transfer.connect(connection, session.maxFrameBytes);
}

function reportOutage(reason: Outage['reason'], retryAt: number, { dialer, listener }: LinkParts): void {
  listener.onConnection({ kind: 'waiting', outage: { attempt: dialer.attempt(), retryAt, reason } });
}

const refinementLost = {
  code: 'refine_failed',
  message:
    'The connection ended before the recording was heard again. Keep to the live text, which is complete.',
};
