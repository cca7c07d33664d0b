import { replaceCopy } from './clean-copy.js';
import { isElsewhere, locked } from './copy-places.js';
import type { CopyServices } from './copy-services.js';
import { copied, emptyCopy, placeOfCopy, readCopy, type KeyCopy } from './key-copy.js';

/** Brings the copy of this server up to date with the database; makes it if there is none. */
export async function renewCopy(services: CopyServices): Promise<void> {
  const { rows, confirmed } = services;
  const place = await placeOfCopy(services.path);
  await locked([place], async () => {
    const old = (await readCopy(place)) ?? emptyCopy();
    const id = (await isElsewhere(services, old.id, place)) ? emptyCopy().id : old.id;
    // Before the keys are read, so that whoever destroys one of them from now on knows of this copy.
    await rows.register(id, place);
    const pending = await rows.pendingFor(id);
    const keys = await rows.allKeys();
    const destroyed = await rows.allDestroyed();
    const there = new Map(keys.map(({ session_id: session, ...key }) => [session, copied(key)]));
    const merged: KeyCopy = {
      id,
      keys: new Map([...old.keys, ...there]),
      // A key that is in the database is not destroyed, even if an interrupted deletion noted it as such.
      destroyed: new Set([...old.destroyed].filter((session) => !there.has(session))),
    };
    const back = [...merged.keys.keys()].filter((session) => destroyed.has(session));
    const sure = new Set(await confirmed(back));
    const gone = new Set([...destroyed].filter((session) => !merged.keys.has(session) || sure.has(session)));
    await replaceCopy(place, merged, [...merged.destroyed, ...gone]);
    await rows.noteRemoved(
      id,
      pending.filter((session) => gone.has(session)),
    );
  });
}
