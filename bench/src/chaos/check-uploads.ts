import { checkAudio } from './check-audio.js';
import { recordsOf } from './check-clients.js';
import type { Seen } from './history.js';
import type { Broken } from './promises.js';

/** Holds recordings that were accepted to the promises: each is transcribed, completely and once. */
export function checkUploads(seen: readonly Seen[]): readonly Broken[] {
  const records = recordsOf(seen);
  const speech = new Map(seen.flatMap((one) => (one.saw === 'speech' ? [[one.who, one] as const] : [])));
  const transcribed = new Map(
    seen.flatMap((one) => (one.saw === 'transcribed' ? [[one.upload, one] as const] : [])),
  );
  return seen.flatMap((one): readonly Broken[] => {
    if (one.saw !== 'accepted') return [];
    const who = one.upload;
    const lost = (why: string): readonly Broken[] => [{ promise: 'no recording is lost', who, why }];
    const end = transcribed.get(who);
    if (end === undefined) return lost('nothing is known of it');
    if (end.status !== 'done') return lost(`it is ${end.status}`);
    const record = end.session === undefined ? undefined : records.get(end.session);
    if (record === undefined) return lost('it has no record');
    if (!record.hasEnded) return lost('its record has not ended');
    const { voice = [], seconds: until = 0 } = speech.get(who) ?? {};
    return checkAudio({ who, record, voice, until, declared: [] });
  });
}
