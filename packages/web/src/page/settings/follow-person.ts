import type { Changeable } from '../state/observable.js';
import { FOLLOWING, readSettings, replaceSettings, type FollowingSettings } from './settings-api.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';

/** Keeps the settings of this browser and those of whoever is logged in the same. */
export interface FollowPerson {
  /** Somebody with an account is logged in: takes over their settings, or gives them those of this browser if they have none. */
  readonly begin: (subject: string) => Promise<void>;
  /** Nobody is any more; the settings stay as they are in this browser. */
  readonly end: () => void;
}

/** Whose settings this browser has: those of somebody else are not given to an account. */
const OWNER = 'auscult.settings-owner';
/** Several changes in a row are sent together. */
const SEND_AFTER_MS = 500;
/** How often a change is tried again when another browser was faster. */
const TRIES = 3;

export function followPerson(settings: Changeable<Settings>, storage: Storage): FollowPerson {
  /** What the server has, as far as this browser knows; undefined while nothing is followed. */
  let known: { readonly version: number; readonly settings: FollowingSettings } | undefined;
  let subject: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  settings.subscribe(() => {
    if (known === undefined || isSame(known.settings, followingOf(settings.value))) return;
    clearTimeout(timer);
    timer = setTimeout(() => void send(TRIES), SEND_AFTER_MS);
  });

  function take(version: number, stored: Partial<FollowingSettings>): void {
    const taken = { ...followingOf(DEFAULT_SETTINGS), ...stored };
    known = { version, settings: taken };
    settings.patch(taken);
  }

  async function send(tries: number): Promise<void> {
    if (known === undefined || tries === 0) return;
    const { version, settings: before } = known;
    const wanted = followingOf(settings.value);
    const whose = subject;
    const answer = await replaceSettings(version, wanted);
    if (subject !== whose) return;
    if (answer.kind === 'ok') {
      known = { version: answer.body.version, settings: wanted };
      // What was changed meanwhile follows.
      if (!isSame(wanted, followingOf(settings.value))) await send(TRIES);
    } else if (answer.kind === 'refused' && answer.code === 'settings_changed') {
      const changed = changesOf(before, wanted);
      const newer = await readSettings();
      if (newer.kind !== 'ok' || subject !== whose) return;
      take(newer.body.version, newer.body.settings);
      // Only what was changed here counts here, so that nothing that was changed elsewhere is lost.
      settings.patch(changed);
      clearTimeout(timer);
      await send(tries - 1);
    }
    // Otherwise they stay in this browser, and the next change tries again.
  }

  return {
    begin: async (owner) => {
      subject = owner;
      known = undefined;
      const answer = await readSettings();
      if (answer.kind !== 'ok' || subject !== owner) return;
      const { version, settings: stored } = answer.body;
      const isOthers = ![null, owner].includes(storage.getItem(OWNER));
      storage.setItem(OWNER, owner);
      if (version > 0 || isOthers) {
        take(version, stored);
        return;
      }
      known = { version, settings: followingOf(DEFAULT_SETTINGS) };
      if (!isSame(known.settings, followingOf(settings.value))) await send(TRIES);
    },
    end: () => {
      subject = undefined;
      known = undefined;
      clearTimeout(timer);
    },
  };
}

function followingOf(all: Settings): FollowingSettings {
  return Object.fromEntries(FOLLOWING.map((name) => [name, all[name]])) as unknown as FollowingSettings;
}

function changesOf(before: FollowingSettings, after: FollowingSettings): Partial<FollowingSettings> {
  return Object.fromEntries(
    FOLLOWING.filter((name) => before[name] !== after[name]).map((name) => [name, after[name]]),
  );
}

function isSame(one: FollowingSettings, other: FollowingSettings): boolean {
  return FOLLOWING.every((name) => one[name] === other[name]);
}
