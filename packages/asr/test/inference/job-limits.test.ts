import { expect, test } from 'vitest';
import { impossiblePart } from '../../src/inference/hosting/job-limits.js';

const LIMITS = { textTokens: 100, maxTokens: 64, leastSamples: 895 };
const JOB = { audio: { from: 0, to: 16_000, silenceAhead: 0, speed: 1 }, prefix: [99], draft: [99] };

test.each<[string, object, string | undefined]>([
  ['nothing unusual', {}, undefined],
  ['a token of the prefix that is no text', { prefix: [5, 100] }, 'prefix'],
  ['a token of the draft that is no text', { draft: [5, 100] }, 'draft'],
  ['no room for text after the prefix', { prefix: Array.from({ length: 49 }, () => 5) }, 'prefix'],
  ['audio that is shorter than a frame', { audio: { ...JOB.audio, to: 894 } }, 'audio'],
  ['audio that is as short as can be', { audio: { ...JOB.audio, to: 895 } }, undefined],
  ['the longest window of a slow hearing', { audio: { ...JOB.audio, to: 480_000, speed: 0.94 } }, undefined],
  ['audio that slowness makes too long', { audio: { ...JOB.audio, to: 480_000, speed: 0.5 } }, 'audio'],
])('a job with %s', (_name, changed, part) => {
  expect(impossiblePart({ ...JOB, ...changed }, LIMITS)).toBe(part);
});
