import { homedir, availableParallelism } from 'node:os';
import { join } from 'node:path';
import { MOST_HEARINGS } from '@auscult/asr';
import { recognitionSettings } from '@auscult/protocol';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { isClusterUrl } from '../cluster/cluster-address.js';
import { parseListenAddress } from './listen-address.js';
import { isLoopback } from './loopback.js';
import { recognitionConfig } from './recognition.js';
import { settingInfo } from './setting-info.js';

const MIB = 1024 ** 2;

/** Only signatures by key pairs: the server's public key can check them, but not make them. */
const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Services whose clients the server understands. */
const COMPATIBLE_SERVICES = ['deepgram', 'openai', 'vosk', 'whisper-live'] as const;

/**
 * Every setting of the server, with its bounds and its default. This is the only place where settings are declared, except
 * for those that clients may ask for too, which the protocol declares.
 */
export const configSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').register(settingInfo, {
    description:
      'Address to listen on. Anything but loopback needs TLS or a trusted proxy that has it, and `authentication`.',
  }),
  port: z.int().min(0).max(65_535).default(8000).register(settingInfo, {
    description: 'TCP port to listen on; 0 takes any free one.',
  }),
  insecureNetwork: z.boolean().default(false).register(settingInfo, {
    description:
      'Listen on an address that others can reach, although there is no encryption or no authentication.',
  }),
  authentication: z.enum(['none', 'required']).default('none').register(settingInfo, {
    description:
      'Whether everybody must say who they are: with an API key, a token, a login or a client certificate. `none` is for one person on their own machine.',
  }),
  oidcIssuer: z.string().refine(isIssuer).optional().register(settingInfo, {
    description:
      'OpenID Connect issuer whose tokens are accepted, such as `https://login.clinic.example/realms/clinic`, as written in `iss`. Must be https, except on loopback.',
    defaultText: 'none',
  }),
  oidcAudience: z.string().min(1).optional().register(settingInfo, {
    description: 'The name of this server, as registered with the issuer. `aud` of a token must hold it.',
    defaultText: 'none',
  }),
  oidcAlgorithms: z
    .array(z.enum(TOKEN_ALGORITHMS))
    .min(1)
    .default(
      () => ['RS256', 'PS256', 'ES256', 'EdDSA'] as const satisfies (typeof TOKEN_ALGORITHMS)[number][],
    )
    .register(settingInfo, {
      description: 'Algorithms that a token may be signed with. Those with shared secrets cannot be set.',
      defaultText: 'RS256, PS256, ES256, EdDSA',
    }),
  oidcClockSkewSeconds: z.number().min(0).max(300).default(30).register(settingInfo, {
    description: 'How far the clocks of issuer and server may differ.',
    unit: 'seconds',
  }),
  oidcTenantClaim: z.string().min(1).default('tenant').register(settingInfo, {
    description:
      'Claim with the tenant that the token belongs to; without it, the tenant is `default`. A dot leads into an object.',
  }),
  oidcRoleClaim: z.string().min(1).default('role').register(settingInfo, {
    description:
      'Claim with the role, or with a list in which the first role counts: `clinician`, `supervisor`, `auditor`, `administrator`, `service`. Tokens without one are refused.',
  }),
  oidcGroupsClaim: z.string().min(1).default('groups').register(settingInfo, {
    description: 'Claim with the groups, which say what a supervisor may read.',
  }),
  revalidateSeconds: z.number().min(0.05).max(60).default(30).register(settingInfo, {
    description:
      'How often the credentials of live sessions are checked again: keys and users are revoked, tokens and logins expire.',
    unit: 'seconds',
  }),
  loginIdleMinutes: z
    .number()
    .min(1)
    .max(24 * 60)
    .default(30)
    .register(settingInfo, {
      description: 'How long a login in a browser lasts without a request.',
      unit: 'minutes',
    }),
  loginHours: z
    .number()
    .min(0.1)
    .max(24 * 30)
    .default(12)
    .register(settingInfo, {
      description: 'How long a login in a browser lasts at most.',
      unit: 'hours',
    }),
  tlsCertificate: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with the certificate of the server and those that signed it, as PEM. TLS is on if it is set; the file is read again when it changes.',
    defaultText: 'none',
  }),
  tlsKey: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the private key of the certificate of the server, as PEM, without a passphrase.',
    defaultText: 'none',
  }),
  tlsClientCa: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with the authority, as PEM, that signs the certificates of clients. A client may authenticate with one; the authority should sign only for this server.',
    defaultText: 'none',
  }),
  tlsClientCrl: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with the revoked certificates of clients, as PEM: a list (CRL) of each authority in `tlsClientCa`. It is read again when it changes, and clients with certificates then have to connect anew. If a list has expired, no client with a certificate gets in.',
    defaultText: 'none: certificates are good until they expire',
  }),
  trustedProxies: z
    .array(z.string().refine(isAddressOrRange))
    .default(() => [])
    .register(settingInfo, {
      description:
        'Addresses of proxies, such as `10.0.0.7` or `10.1.0.0/16`, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Without TLS here, other machines get in only through one that was reached over https.',
      defaultText: 'none',
    }),
  allowedOrigins: z
    .array(z.string().refine((text) => text === '*' || isOrigin(text)))
    .default(() => [])
    .register(settingInfo, {
      description:
        'Origins of web pages that may use the server besides its own and those on loopback, such as `https://clinic.example`; `*` allows every page.',
      defaultText: 'none',
    }),
  allowedHosts: z
    .array(z.string().min(1))
    .default(() => [])
    .register(settingInfo, {
      description:
        'Names under which the server is reached, such as `scribe.clinic.example`. If set, requests under other names are refused; addresses, loopback and the hosts of `allowedOrigins` are always accepted.',
      defaultText: 'none on loopback and without authentication, else any',
    }),
  compatibility: z
    .array(z.enum(COMPATIBLE_SERVICES))
    .default(() => ['deepgram', 'openai'] as const satisfies (typeof COMPATIBLE_SERVICES)[number][])
    .register(settingInfo, {
      description:
        'Services whose clients may use this server, with nothing changed but their base URL and key: see docs/compatibility.md. Clients of `vosk` and `whisper-live` can hardly show a key.',
      defaultText: 'deepgram, openai',
    }),
  requestTimeoutSeconds: z.number().min(0.05).max(600).default(15).register(settingInfo, {
    description: 'How long the head of a request may take to arrive, and any body except a recording.',
    unit: 'seconds',
  }),
  workers: z
    .int()
    .min(1)
    .max(256)
    .default(() => availableParallelism())
    .register(settingInfo, { description: 'Number of inference processes.', defaultText: 'one a core' }),
  model: z.string().min(1).default('moonshine-base').register(settingInfo, {
    description:
      'Name of a model (see `auscult models list`), a folder that holds one, or a repository of a hub as `owner/name`.',
  }),
  ...recognitionConfig,
  device: z.enum(['cpu', 'cuda']).default('cpu').register(settingInfo, {
    description: 'What inference runs on.',
  }),
  deviceFallback: z.boolean().default(false).register(settingInfo, {
    description: 'Whether the CPU is used if `device` cannot be; otherwise the start fails.',
  }),
  computeType: z.enum(['int8', 'float16', 'float32']).default('int8').register(settingInfo, {
    description:
      'The type of numbers that the model calculates with. It chooses between the files of a model that has several.',
  }),
  beamSize: z.int().min(1).max(10).optional().register(settingInfo, {
    description:
      'Beams: hypotheses that are followed side by side in the search for finals. More find better text and take longer.',
    defaultText: '5 for Whisper; 1 for Moonshine, where more do not help',
  }),

  keyTermsDirectory: z.string().min(1).optional().register(settingInfo, {
    description:
      'Folder with key terms: `server.txt` for everybody, `tenants/NAME.txt` for a tenant. The files are read again when they change.',
    defaultText: 'none',
  }),

  contextSeconds: z.number().min(0).max(25).default(20).register(settingInfo, {
    description:
      'Earlier audio of the stream that the model hears again with each utterance. More is more accurate and slower; 0 switches it off.',
    unit: 'seconds',
  }),
  shrinkContextUnderLoad: z.boolean().default(true).register(settingInfo, {
    description:
      'Whether the context of `contextSeconds` may shrink while finals wait for an inference process, so that the server can take more sessions.',
  }),
  cacheDirectory: z
    .string()
    .min(1)
    .default(() => join(cacheHome(), 'auscult'))
    .register(settingInfo, {
      description: 'Folder for prepared model graphs. Must be writable.',
      defaultText: '`$XDG_CACHE_HOME/auscult`, or `~/.cache/auscult`',
    }),
  modelDirectory: z
    .string()
    .min(1)
    .default(() => join(cacheHome(), 'auscult'))
    .register(settingInfo, {
      description: 'Folder for models that are fetched. Must be writable while one is being fetched.',
      defaultText: '`$XDG_CACHE_HOME/auscult`, or `~/.cache/auscult`',
    }),
  dataDirectory: z
    .string()
    .min(1)
    .default(() => join(dataHome(), 'auscult'))
    .register(settingInfo, {
      description: 'Folder for what outlives the server: records, keys and the audit log. Must be writable.',
      defaultText: '`$XDG_DATA_HOME/auscult`, or `~/.local/share/auscult`',
    }),
  database: z.string().refine(isPostgresUrl).optional().register(settingInfo, {
    description:
      'Address of a PostgreSQL database, `postgres://user:password@host/name`. Best set in the environment: other users see flags.',
    defaultText: 'the embedded database, `auscult.db` in `dataDirectory`',
    isSecret: true,
  }),
  cluster: z.array(z.string().refine(isClusterUrl)).min(1).optional().register(settingInfo, {
    description:
      'Addresses of NATS, `nats://host:4222` or `tls://host:4222`, by which several machines work together. A user and password may stand in an address, best set in the environment: other users see flags.',
    defaultText: 'none: this server works alone',
    isSecret: true,
  }),
  clusterCredentials: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the credential for NATS: a `.creds` file, the seed of an nkey, or a token.',
    defaultText: 'none',
  }),
  clusterTlsCa: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the authority that signed the certificate of NATS, as PEM.',
    defaultText: 'the authorities that Node trusts',
  }),
  clusterTlsCertificate: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the certificate that is shown to NATS, as PEM.',
    defaultText: 'none',
  }),
  clusterTlsKey: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the private key of the certificate for NATS, as PEM, without a passphrase.',
    defaultText: 'none',
  }),
  clusterPatienceSeconds: z.number().min(0).max(3600).default(30).register(settingInfo, {
    description:
      'How long a start waits for a NATS that cannot be reached. Later, NATS is waited for without end.',
    unit: 'seconds',
  }),
  serverName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/)
    .optional()
    .register(settingInfo, {
      description: 'Name of this machine in the cluster; each needs another.',
      defaultText: 'made up at each start',
    }),
  inference: z.enum(['local', 'cluster']).default('local').register(settingInfo, {
    description:
      'Where speech is recognised: in processes of this server, or on the machines of `cluster` that run `auscult work`.',
  }),
  records: z.enum(['on', 'off']).default('on').register(settingInfo, {
    description:
      'Whether finals of sessions and of uploaded recordings are kept, encrypted. With `on`, a final is on disk before it is sent. The audit log records who used the server either way.',
  }),
  keepAudio: z.boolean().default(false).register(settingInfo, {
    description:
      'Whether the audio of sessions and of uploaded recordings is kept with their records, also encrypted.',
  }),
  journal: z.enum(['files', 'off']).default('files').register(settingInfo, {
    description:
      'Whether accepted audio is kept, encrypted, until its text is recorded, so that it survives a crash of the server: `files` keeps it in `journalDirectory`, or, with `cluster`, in JetStream, where every server can go on with it. It has no effect with `records` off.',
  }),
  journalDirectory: z.string().min(1).optional().register(settingInfo, {
    description:
      'Folder for accepted audio that waits for its text. Must be writable, be on a disk of this machine, and outlive the server.',
    defaultText: '`journal` in `dataDirectory`',
  }),
  voiceEnrolment: z.boolean().default(false).register(settingInfo, {
    description:
      'Whether clinicians may enrol their own voice, so that they are named in sessions that tell speakers apart. The voiceprint, which is biometric data, is kept encrypted until they delete it; see docs/security.md.',
  }),
  masterKeyFile: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with the keys that encrypt the keys of records: 32 bytes in base64 a line, the current one first.',
    defaultText: '`master.key` in `dataDirectory`, made at the first start',
  }),
  masterKeyCommand: z.string().min(1).optional().register(settingInfo, {
    description:
      'Program that prints the master keys, such as a client of a key management service. Run without a shell: words are split at spaces.',
    defaultText: 'none',
    isSecret: true,
  }),
  auditAnchor: z.string().min(1).optional().register(settingInfo, {
    description:
      'File in which the state of the audit log is noted, so that whoever can write to the database cannot cut the log short. Best kept on another machine.',
    defaultText: '`audit-anchor.log` in `dataDirectory`',
  }),
  auditSyslog: z.string().refine(isSyslogUrl).optional().register(settingInfo, {
    description:
      'Syslog server that is also sent the state of the audit log: `tls://host:6514`, or `udp://host:514` if nobody can listen in between.',
    defaultText: 'none',
    isSecret: true,
  }),
  auditSyslogCa: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the authority that signed the certificate of the syslog server, as PEM.',
    defaultText: 'the authorities that Node trusts',
  }),
  auditSyslogCertificate: z.string().min(1).optional().register(settingInfo, {
    description: 'File with the certificate that is shown to the syslog server, as PEM.',
    defaultText: 'none',
  }),
  auditSyslogKey: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with the private key of the certificate for the syslog server, as PEM, without a passphrase.',
    defaultText: 'none',
  }),
  auditTimestampUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .register(settingInfo, {
      description:
        'Address of a time stamp authority (RFC 3161), which signs the state of the audit log together with the time. It is sent only a digest.',
      defaultText: 'none',
      isSecret: true,
    }),
  auditTimestampCa: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with the certificates against which the signatures of the time stamp authority are checked, as PEM.',
    defaultText: 'none',
  }),
  auditTimestampMinutes: z
    .number()
    .min(1)
    .max(7 * 24 * 60)
    .default(60)
    .register(settingInfo, {
      description: 'Time between two requests to the time stamp authority.',
      unit: 'minutes',
    }),
  retention: z
    .array(z.string().regex(/^[^=]+=\d{1,5}$/))
    .default(() => [])
    .register(settingInfo, {
      description:
        'After how many days the records of each tenant are destroyed, such as `clinic-a=30`; `*=365` for all others.',
      defaultText: 'none: records are kept until somebody deletes them',
    }),
  verifyDays: z.number().min(0).max(365).default(7).register(settingInfo, {
    description:
      'Time from one verification of everything that the server keeps to the next; each goes on slowly in the background. 0 switches them off.',
    unit: 'days',
  }),
  dataKeyCopy: z.string().min(1).optional().register(settingInfo, {
    description:
      'File with a copy of the encrypted keys of all records, without which backups cannot be read. Written by `auscult backup`; destroyed keys are removed from it at once.',
    defaultText: '`data-keys.json` in `dataDirectory`',
  }),
  offline: z.boolean().default(false).register(settingInfo, {
    description: 'Fetch nothing: if the model is not on this machine, the start fails.',
  }),
  workerMemoryLimit: z.int().min(256).optional().register(settingInfo, {
    defaultText: '1024, or 512 plus twice the size of a larger model',
    description: 'An inference process larger than this is replaced between two jobs.',
    unit: 'MiB',
  }),
  workerTimeoutSeconds: z.number().min(1).max(600).default(10).register(settingInfo, {
    description:
      'An inference process that has not answered for this long is replaced, and its work is done again.',
    unit: 'seconds',
  }),
  maxFinalDelaySeconds: z.number().min(0.1).max(600).default(3).register(settingInfo, {
    description: 'New sessions are refused as `busy` while final text comes later than this.',
    unit: 'seconds',
  }),
  maxSessions: z.int().min(1).default(100).register(settingInfo, {
    description: 'Sessions open at the same time; more are refused as `too_many_sessions`.',
  }),
  maxSessionsPerIdentity: z.int().min(1).default(20).register(settingInfo, {
    description:
      'Sessions that one key, user, token subject or certificate may hold at the same time; more are refused as `too_many_sessions`. So is any further session of somebody who holds twice as many as are free. Does not apply to a server without authentication.',
  }),
  maxFrameBytes: z
    .int()
    .min(4096)
    .max(64 * MIB)
    .default(MIB)
    .register(settingInfo, {
      description: 'The largest WebSocket message that is accepted.',
      unit: 'bytes',
    }),
  maxMessagesPerSecond: z.int().min(10).default(1000).register(settingInfo, {
    description: 'Messages read from one session; a faster sender is slowed down.',
    unit: 'per second',
  }),
  maxBadMessages: z.int().min(1).default(100).register(settingInfo, {
    description: 'Unreadable messages in a row after which the session is closed.',
  }),
  maxBufferedSeconds: z.number().min(5).max(3600).default(30).register(settingInfo, {
    description: 'Speech of one session that waits to be recognised; a faster sender is slowed down.',
    unit: 'seconds',
  }),
  maxSendBufferBytes: z.int().min(4096).default(MIB).register(settingInfo, {
    description:
      'Messages that wait for a client to read them. From half of this on, partials are left out; above it, the session is closed.',
    unit: 'bytes',
  }),
  idleTimeoutSeconds: z.number().min(1).default(300).register(settingInfo, {
    description: 'A session that has sent nothing for this long is closed; any message counts.',
    unit: 'seconds',
  }),
  resumeSeconds: z.number().min(0).max(3600).default(300).register(settingInfo, {
    description:
      'How long a session outlives a broken connection or, with a journal, its server, so that its client can resume it; 0 ends it at once.',
    unit: 'seconds',
  }),
  pingIntervalSeconds: z.number().min(0.1).default(20).register(settingInfo, {
    description: 'Time between WebSocket pings; a client that misses two in a row is considered gone.',
    unit: 'seconds',
  }),
  drainSeconds: z.number().min(0).default(30).register(settingInfo, {
    description:
      'The longest time for which a stopping server still works on audio that it has received, and hands over sessions that go on elsewhere.',
    unit: 'seconds',
  }),

  refineModel: z.string().min(1).optional().register(settingInfo, {
    description:
      'Name or folder of the model for the second pass over sessions, which runs in an inference process of its own.',
    defaultText: 'the same model',
  }),
  refineHearings: recognitionSettings.hearings.value.default(MOST_HEARINGS).register(settingInfo, {
    description:
      'How many times the second pass hears a session, each time cut at other pauses; each word is then chosen by vote. More hearings make fewer mistakes, and as many times the work. Whisper hears once.',
  }),

  maxRefineMinutes: z
    .number()
    .min(1)
    .max(24 * 60)
    .default(240)
    .register(settingInfo, {
      description:
        'The most audio of one session that is kept, encrypted, for a second pass; a longer session gets none.',
      unit: 'minutes',
    }),
  spoolDirectory: z.string().min(1).optional().register(settingInfo, {
    description:
      'Folder for audio that waits to be transcribed, encrypted. Must be writable, and must survive a restart; servers that share a database and this folder transcribe each other’s recordings.',
    defaultText: '`spool` in `dataDirectory`',
  }),
  maxUploadBytes: z
    .int()
    .min(4096)
    .default(1024 * MIB)
    .register(settingInfo, { description: 'The largest recording that may be uploaded.', unit: 'bytes' }),
  maxRecordingMinutes: z
    .number()
    .min(0.01)
    .default(12 * 60)
    .register(settingInfo, { description: 'The longest recording that is transcribed.', unit: 'minutes' }),
  maxTranscriptionJobs: z.int().min(1).default(20).register(settingInfo, {
    description:
      'Recordings and sessions that are being transcribed or wait for it; more uploads are refused as `too_many_transcriptions`, and so are those of an identity that has twice as many there as are free.',
  }),
  transcriptionsAtATime: z
    .int()
    .min(1)
    .max(256)
    .default(() => availableParallelism())
    .register(settingInfo, {
      description: 'Recordings and sessions that are transcribed at the same time, after all live speech.',
      defaultText: 'one a core',
    }),
  transcriptionRetentionMinutes: z
    .number()
    .min(0.01)
    .max(7 * 24 * 60)
    .default(60)
    .register(settingInfo, {
      description:
        'How long a finished transcription can be fetched by its id; if records are kept, it is in the record of the session as well.',
      unit: 'minutes',
    }),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').register(settingInfo, {
    description: 'The lowest level of log lines that are written.',
  }),
  logFormat: z.enum(['auto', 'json', 'text']).default('auto').register(settingInfo, {
    description: 'How log lines look. `auto` is `text` on a terminal and `json` elsewhere.',
  }),
  monitoringAddress: z
    .string()
    .refine((text) => parseListenAddress(text) !== undefined)
    .optional()
    .register(settingInfo, {
      description:
        'Where `auscult work` answers `/health/live`, `/health/ready` and `/metrics`: `127.0.0.1:9100`, or `0.0.0.0:9100` for other machines. Anybody who can connect may ask, without encryption; the answers hold counts and states only. A server has them at its own port.',
      defaultText: 'none: it listens nowhere',
    }),
  otlpEndpoint: z.string().refine(isCollectorUrl).optional().register(settingInfo, {
    description:
      'Address of an OpenTelemetry collector, such as `http://127.0.0.1:4318`, to which traces are sent, by OTLP over HTTP. They hold times, never speech. `OTEL_EXPORTER_OTLP_ENDPOINT` sets it, too.',
    defaultText: 'none: nothing is traced',
  }),
});

/** The settings of a running server, validated. */
export type Config = Readonly<z.output<typeof configSchema>>;

/** A service whose clients the server understands if `compatibility` names it. */
export type CompatibleService = Config['compatibility'][number];

function cacheHome(): string {
  return process.env['XDG_CACHE_HOME'] || join(home(), '.cache');
}

function isAddressOrRange(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

function dataHome(): string {
  return process.env['XDG_DATA_HOME'] || join(home(), '.local', 'share');
}

function isCollectorUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

function isSyslogUrl(text: string): boolean {
  return /^(udp|tls):\/\//.test(text) && URL.canParse(text) && new URL(text).hostname !== '';
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  return search + hash === '' && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** The folder of the user; `/`, as containers have it, for a user whom the system does not know. */
function home(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}
