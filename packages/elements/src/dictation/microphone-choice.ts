import { listMicrophones } from '@auscult/client';
import { make } from '../shared-styles/make.js';

/** A list of microphones to choose from. */
export interface MicrophoneChoice {
  readonly element: HTMLSelectElement;
  /** Lists the microphones that there are now. Browsers name them once one is allowed. */
  readonly list: (chosen: string, defaultName: string) => Promise<void>;
}

export function createMicrophoneChoice(choose: (deviceId: string) => void): MicrophoneChoice {
  const element = make('select', { part: 'microphone' });
  element.addEventListener('change', () => choose(element.value));
  return {
    element,
    list: async (chosen, defaultName) => {
      const microphones = await listMicrophones().catch(() => []);
      const named = microphones.filter(({ deviceId }) => deviceId !== '' && deviceId !== 'default');
      element.replaceChildren(
        make('option', { value: '' }, defaultName),
        ...named.map(({ deviceId, label }) => make('option', { value: deviceId }, label)),
      );
      element.value = chosen;
      if (element.selectedIndex < 0) element.value = '';
    },
  };
}
