import type { Answer } from '../../page/server/ask.js';
import type { Server } from '../server/server.js';

/** Seconds, as shares of what was measured lately. */
export interface Delays {
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

/** How the server is. */
export interface Health {
  readonly status: string;
  readonly version: string;
  readonly model: string;
  readonly uptimeSeconds: number;
  readonly sessions: number;
  /** Problems that need attention although sessions are taken. */
  readonly degraded: readonly string[];
  readonly database: { readonly kind: string; readonly isWriting: boolean };
  readonly load: {
    readonly admitted: boolean;
    readonly reason?: string;
    readonly waitingFinals: number;
    readonly waitingPartials: number;
    readonly liveStreams: number;
    readonly mostSessions?: number;
  };
  readonly delays: {
    readonly finals: Delays;
    readonly partials: Delays;
    readonly commits: Delays;
    /** How late the server did what was due. */
    readonly eventLoop?: Delays;
  };
  readonly workers: readonly {
    readonly state: string;
    readonly restarts: number;
    readonly residentBytes?: number;
    readonly jobs?: number;
  }[];
  readonly disks: readonly {
    readonly folder: string;
    readonly freeBytes: number;
    readonly sizeBytes: number;
  }[];
  /** Certificates, by the setting that names them. */
  readonly expiring: readonly { readonly setting: string; readonly expiresAt: string }[];
  readonly keysExpiring: readonly {
    readonly id: string;
    readonly name: string;
    readonly expiresAt: string;
  }[];
  readonly audit?: { readonly sinks: readonly { readonly name: string; readonly failingSince?: string }[] };
  /** The machines that recognise speech for this server, if others do. */
  readonly pool?: { readonly machines: number; readonly capacity: number; readonly jobsMoved: number };
  readonly verification?: { readonly wholeAt?: string; readonly damaged: number };
  readonly cluster?: {
    readonly isConnected: boolean;
    readonly servers: readonly { readonly name: string; readonly version: string }[];
  };
}

export function readHealth({ ask }: Server): Promise<Answer<Health>> {
  return ask('api/v1/health');
}
