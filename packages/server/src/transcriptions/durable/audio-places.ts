import type { JobAudio } from './job-audio.js';

/** The places in which a server keeps the audio of jobs. */
export interface AudioPlaces {
  /** Where new audio goes. */
  readonly forNew: JobAudio;
  /** The names of all places that can be used now. */
  readonly reachable: () => Promise<readonly string[]>;
  /** The place of that name; undefined if this server does not reach it. */
  readonly at: (place: string) => Promise<JobAudio | undefined>;
  /** Leaves nothing behind where no audio is kept. */
  readonly removeEmpty: () => Promise<void>;
}

/**
 * Servers that join a cluster keep new audio where all of them reach it, and carry on with what lies on their own disk.
 */
export function createAudioPlaces(forNew: JobAudio, former: readonly JobAudio[] = []): AudioPlaces {
  const named = async (): Promise<ReadonlyMap<string, JobAudio>> => {
    const places = await Promise.all(
      [forNew, ...former].map(async (audio) => {
        const place = await audio.usedPlace().catch(() => undefined);
        return place === undefined ? [] : [[place, audio] as const];
      }),
    );
    return new Map(places.flat());
  };
  return {
    forNew,
    reachable: async () => [...(await named()).keys()],
    at: async (place) => (await named()).get(place),
    removeEmpty: async () => {
      await Promise.allSettled([forNew, ...former].map((audio) => audio.removeIfEmpty()));
    },
  };
}
