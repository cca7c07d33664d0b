import { ownershipOf, shareOf } from '../access/identity.js';
import type { AdmittedSession } from './admitted-session.js';
import type { ClientLine } from './client-line.js';
import type { ConnectionListener } from './connection.js';
import type { Conversation } from './conversation.js';
import type { SessionTelemetry } from './session-telemetry.js';
import type { Turns } from './turns.js';
import { whenRead } from './when-read.js';

/** The services that read frames, and where their commands go. */
export interface FrameServices {
  readonly session: AdmittedSession;
  readonly turns: Turns;
  readonly telemetry: SessionTelemetry;
  readonly line: ClientLine;
  readonly conversation: Conversation;
}

/** Reads the frames of a session strictly in order, each when it is the turn of whoever speaks. */
export function readFrames(services: FrameServices): ConnectionListener['onFrame'] {
  const { turns, telemetry, conversation } = services;
  const { identity, dialect } = services.session;
  const { inbox, flow } = services.line;
  const share = shareOf(ownershipOf(identity)).join('\n');

  return (frame, isBinary) => {
    telemetry.received(frame.length);
    inbox.run((superseded) =>
      turns.take(share, () => {
        // The frame was superseded while it waited for its turn: the client has come back and sends it again.
        if (superseded()) return;
        flow.onMessage();
        return whenRead(dialect.read(frame, isBinary), superseded, (command) =>
          conversation.take(command, superseded),
        );
      }),
    );
  };
}
