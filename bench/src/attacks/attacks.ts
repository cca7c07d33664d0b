import type { Attack } from './attack.js';
import { bombFiles } from './bombs.js';
import {
  connectAndGo,
  fragments,
  halfOpen,
  neverReading,
  pings,
  slowLoris,
  unauthenticated,
} from './connections.js';
import { killedInference } from './faults.js';
import { guesses, loginBodies, oldKeys } from './requests.js';
import { deepNesting, fastSessions, fuzzed, largeConfigure, resumeHijack, tinyFrames } from './sessions.js';
import { trickles, uploadBombs } from './uploads.js';

/** Attacks that run while a doctor speaks, by name. */
export const attacks: Readonly<Record<string, Attack>> = {
  'login-nested': loginBodies('nested'),
  'login-objects': loginBodies('objects'),
  'login-wide': loginBodies('wide'),
  'login-long-key': loginBodies('long'),
  'login-numbers': loginBodies('numbers'),
  'login-escapes': loginBodies('escapes'),
  'login-guesses': guesses,
  'old-keys': oldKeys,
  ...Object.fromEntries(Object.keys(bombFiles).map((file) => [file.replace('.', '-'), uploadBombs(file)])),
  'upload-trickle': trickles,
  'large-configure': largeConfigure,
  'fast-sessions': fastSessions,
  'deep-nesting': deepNesting,
  'tiny-frames': tinyFrames,
  fragments,
  pings,
  'connect-and-go': connectAndGo,
  'never-reading': neverReading,
  'half-open': halfOpen,
  'slow-loris': slowLoris,
  unauthenticated,
  fuzzed,
  'resume-hijack': resumeHijack,
  'killed-inference': killedInference,
};
