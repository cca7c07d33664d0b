import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode, Explanation, SessionSettings, SettingsChange } from '@auscult/protocol';
import type { Identity } from '../access/identity.js';
import type { Asked } from '../compatibility/asked.js';
import type { CompatibleService, Config } from '../config/schema.js';
import type { HttpErrorDetails } from '../errors.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import type { TextReader } from '../reading/text-reader.js';
import type { Command, ResumeRequest } from './commands.js';
import type { SessionEvent } from './events.js';

/**
 * A language that clients speak with the server over a WebSocket. It turns frames into commands and events into
 * frames; limits, permissions and records are the same for all dialects and not its concern.
 */
export interface Dialect {
  /** A name of its own, by which sessions that outlive the process find it again. */
  readonly name: string;
  /**
   * The service whose clients it is for, which the setting `compatibility` has to name; their forms of credentials are then
   * accepted, too. Undefined for the server's own.
   */
  readonly service?: CompatibleService;
  /** The paths at which its clients connect. */
  readonly paths: readonly string[];
  /**
   * What a request for a connection asks for. Called before the request is answered, whether or not it is admitted.
   * Throws a `RequestError` for what is not allowed.
   */
  readonly connect: (request: ConnectionRequest) => ConnectionWish;
  /**
   * Goes on with a session that another process held, in these settings, for a client that may come back. Left out if none of its
   * clients can.
   */
  readonly goOn?: (place: SessionPlace, settings: SessionSettings) => DialectSession;
  /** How a client is told that it is refused, if need be as its request for a connection shows. */
  readonly refusing: Refusing | ((request: ConnectionRequest) => Refusing);
}

/** Makes a dialect of a server. */
export type CreateDialect = (services: DialectServices) => Dialect;

export interface DialectServices {
  readonly config: Config;
  /** Reads large texts without holding up others. */
  readonly reader: TextReader;
}

/** The part of a request for a connection that a dialect needs. */
export interface ConnectionRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** The subprotocols that the client offers, in its order of preference. */
  readonly offered: readonly string[];
  /** What a client secret says about the session; undefined if none was shown, or it says nothing. */
  readonly sessionSettings: unknown;
}

/** What a connection is wanted for. */
export type ConnectionWish =
  /** A session of its own. */
  | OpenWish
  /** To resume a session whose connection broke. */
  | ResumeWish
  /** Something that does not exist. */
  | { readonly kind: 'invalid'; readonly refusal: Refusal };

export interface OpenWish {
  readonly kind: 'open';
  /** The one selected from those that the client offers, if any. */
  readonly subprotocol: string | undefined;
  /** The settings with which the session begins, where these differ from the server's defaults. */
  readonly change: SettingsChange;
  /** The key terms with which the session begins; none if undefined. */
  readonly keyterms?: SentKeyTerms | undefined;
  /** Whether a dictated command may take back finals that were sent, of which clients are told by events; true by default. */
  readonly takesBack?: boolean;
  /** What else was asked for, if the dialect is that of another service. */
  readonly asked?: Asked | undefined;
  /** Headers of the answer to the handshake. */
  readonly headers?: (place: SessionPlace) => Readonly<Record<string, string>>;
  readonly converse: (place: SessionPlace) => DialectSession;
}

export interface ResumeWish {
  readonly kind: 'resume';
  readonly subprotocol: string | undefined;
  /** Reads the first frame; undefined if it does not ask to resume. */
  readonly read: (frame: Buffer, isBinary: boolean) => ResumeRequest | undefined;
  readonly tell: TellRefusal;
}

/** Why a client is refused. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly details?: HttpErrorDetails | undefined;
  /** The text that replaces that of the table. */
  readonly explanation?: Explanation | undefined;
  /** When it may come back, seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * How a client is told that it is refused: in frames, since browsers cannot read a status, or by the answer to its
 * request. If its protocol begins with a frame that the answer depends on, it is told once that has come.
 */
export type Refusing =
  | { readonly kind: 'in-frames'; readonly tell: TellRefusal }
  | {
      readonly kind: 'after-first-frame';
      /** `first` is undefined if the frame does not come or is too long. */
      readonly tell: (refusal: Refusal, first: FirstFrame | undefined) => RefusalFrames;
    }
  | { readonly kind: 'by-status'; readonly answer: (refusal: Refusal) => RefusalAnswer };

export type TellRefusal = (refusal: Refusal) => RefusalFrames;

/** The frames and the close frame of a connection that is opened only to be refused. */
export interface RefusalFrames {
  readonly frames: readonly string[];
  readonly close: CloseFrame;
}

/** The first frame of a connection. */
export interface FirstFrame {
  readonly frame: Buffer;
  readonly isBinary: boolean;
}

/** An HTTP answer in place of the upgrade; the body is sent as JSON. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** What a connection is closed with. */
interface CloseFrame {
  readonly code: number;
  /** The reason in the close frame, at most 123 bytes. */
  readonly reason: string;
}

/** Why the server ends a connection: for an error, because it goes away itself, or because the client is done. */
export type EndReason = ErrorCode | 'going_away' | 'done';

/** What a dialect is told about a new session. */
export interface SessionPlace {
  readonly sessionId: string;
  readonly identity: Identity;
  /** Name of the model. */
  readonly model: string;
  /** Name of the family that the model belongs to. */
  readonly modelFamily: string;
  /** The settings of sessions that ask for nothing. */
  readonly defaults: SessionSettings;
  /**
   * The token with which a client may resume the session, and for how long; undefined if the session cannot be resumed.
   */
  readonly resume: { readonly token: string; readonly seconds: number } | undefined;
}

/** The part of a dialect for one session, which remembers what is needed from frame to frame. */
export interface DialectSession {
  /** The command in a frame. If it is a promise, everything that follows has to wait for it. */
  readonly read: (frame: Buffer, isBinary: boolean) => Command | Promise<Command>;
  /** The text frames for an event, in order; none if clients are not told. Called once for each event, in order. */
  readonly write: (event: SessionEvent) => readonly string[];
  /** The close frame of a connection that the server ends. */
  readonly close: (why: EndReason) => CloseFrame;
  /** Whether the client can come back when its connection is lost. If not, the session ends with it. */
  readonly isResumable: () => boolean;
  /** Whether there is to be an event `taken` for each piece of audio. */
  readonly followsAudio?: boolean;
  /** The error with which the session ends after an event; undefined if it goes on. */
  readonly endedBy?: (event: SessionEvent) => ErrorCode | undefined;
  /**
   * Called once the session is open, if the dialect does something by itself, such as after a time without a frame. `act`
   * carries out a command in order with those in frames. Returns what to do when the session is over.
   */
  readonly start?: (act: (command: Command) => void) => () => void;
}
