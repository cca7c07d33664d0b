import { listMicrophones } from '@auscult/client';
import { msg, str } from '@lit/localize';
import { observable, type Observable } from '../state/observable.js';

/** A microphone that can be chosen. */
export interface Microphone {
  readonly id: string;
  readonly name: string;
}

/** The microphones of this device, kept up to date as they come and go. */
export interface Microphones {
  readonly list: Observable<readonly Microphone[]>;
  /** Looks again: the names of microphones are known only once the page may use one. */
  readonly refresh: () => Promise<void>;
}

export function watchMicrophones(): Microphones {
  const list = observable<readonly Microphone[]>([]);
  const refresh = async (): Promise<void> => {
    // Without access to microphones, the list is empty; starting a recording says why.
    const found = await listMicrophones().catch(() => []);
    list.set(
      found
        .filter(({ deviceId }) => deviceId !== '')
        .map(({ deviceId, label }, index) => ({
          id: deviceId,
          name: label || msg(str`Microphone ${index + 1}`),
        })),
    );
  };
  // Undefined if the page is not in a secure context.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', () => void refresh());
  void refresh();
  return { list, refresh };
}
