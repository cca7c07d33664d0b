import type { ErrorCode } from '@auscult/protocol';
import type { Config } from '../config/schema.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { DialectSession } from './dialect.js';
import { createFlowControl, type FlowControl } from './flow-control.js';
import { createInbox, type Inbox } from './inbox.js';
import { createOutbox, type Outbox } from './outbox.js';
import type { SessionTelemetry } from './session-telemetry.js';

/** The messages of one session in both directions, over successive sockets. */
export interface ClientLine {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  /** Holds the inbox while the client sends more than it may. */
  readonly flow: FlowControl;
}

/** The session that a line is for. */
export interface LineServices {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly dialect: DialectSession;
  readonly telemetry: SessionTelemetry;
  /** Whether the client may come back when its connection is lost. */
  readonly isResumable: () => boolean;
  /** Ends the session with an error that the client is told. */
  readonly fail: (code: ErrorCode) => void;
}

/** A line on which no socket is yet. */
export function createClientLine(services: LineServices): ClientLine {
  const { config, metrics, dialect, telemetry, isResumable, fail } = services;
  const inbox = createInbox((error) => {
    telemetry.failed(error);
    fail('internal_error');
  });
  const outbox = createOutbox({
    dialect,
    metrics,
    limitBytes: config.maxSendBufferBytes,
    keeps: isResumable,
    onOverflow: () => {
      fail('slow_reader');
    },
  });
  const flow = createFlowControl(inbox, config, (reason) => {
    telemetry.paused(reason);
    outbox.emit({ kind: 'paused', reason });
  });
  return { inbox, outbox, flow };
}
