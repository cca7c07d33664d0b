export { createApp, type App, type StartRecognizer } from './app.js';
export { loadConfig, type ConfigSources } from './config/load-config.js';
export { ConfigError } from './config/config-error.js';
export type { Config } from './config/schema.js';
export { runServer } from './main.js';
export { createLog, type Log, type LogFields } from './telemetry/log.js';
export { openStorage, type Storage } from './storage/open-storage.js';
export { verifyAudit, type AuditProblem, type AuditReport } from './audit/verify.js';
