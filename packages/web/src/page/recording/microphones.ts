import { listMicrophones } from '@auscult/client';
import { observable, type Observable } from '../state/observable.js';

/** A microphone that can be chosen. */
export interface Microphone {
  readonly id: string;
  readonly name: string;
}

/** The microphones of this device, kept up to date as they come and go. */
export interface Microphones {
  readonly list: Observable<readonly Microphone[]>;
  /** Looks again, as names are known only once the microphone was allowed. */
  readonly refresh: () => Promise<void>;
}

export function watchMicrophones(): Microphones {
  const list = observable<readonly Microphone[]>([]);
  const refresh = async (): Promise<void> => {
    // Where there is no access to microphones there are none; starting says why.
    const found = await listMicrophones().catch(() => []);
    list.set(
      found
        .filter(({ deviceId }) => deviceId !== '')
        .map(({ deviceId, label }, index) => ({
          id: deviceId,
          name: label || `Microphone ${String(index + 1)}`,
        })),
    );
  };
  // Undefined where the page is not in a secure context.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', () => void refresh());
  void refresh();
  return { list, refresh };
}
