import type { ConfigureMessage } from '@auscult/protocol';
import type { Connection } from '../connection/connection.js';
import type { TranscriberOptions } from '../transcriber-options.js';

type Commands = NonNullable<TranscriberOptions['commands']>;
type Sender = Pick<Connection, 'send'> | undefined;

/** The commands that the server is to listen for, which may change while audio is sent. */
export interface CommandsToSend {
  /** The message that sets a new session up. */
  readonly configure: () => ConfigureMessage;
  /** Replaces the list, and sends it if there is a connection for it. */
  readonly replace: (commands: Commands, connection: Sender) => void;
  /** Sends the list once more if it was ever replaced. */
  readonly sendAgain: (connection: Sender) => void;
}

/** `first`: the message that sets the first session up. */
export function createCommandsToSend(first: ConfigureMessage): CommandsToSend {
  let replaced: ConfigureMessage['commands'];
  const sendAgain = (connection: Sender): void => {
    if (replaced) connection?.send({ type: 'configure', commands: replaced });
  };
  return {
    configure: () => (replaced ? { ...first, commands: replaced } : first),
    replace: (commands, connection) => {
      // A copy: the caller may change its list.
      replaced = structuredClone(commands) as NonNullable<ConfigureMessage['commands']>;
      sendAgain(connection);
    },
    sendAgain,
  };
}
