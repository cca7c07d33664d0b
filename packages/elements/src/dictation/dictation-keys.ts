import { parseShortcut, type Shortcut } from './shortcut.js';

/** Starts and stops unless `shortcut` names other keys. */
export const DEFAULT_SHORTCUT = 'Alt+Shift+D';

/** What keys and the button do. */
interface KeyTarget extends HTMLElement {
  readonly isHeld: boolean;
  readonly isDictating: boolean;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly toggle: () => void;
  readonly checkNextWord: () => Promise<void>;
}

/** Listens to the shortcuts of an element in the whole window, and to its button being held, until the signal is given. */
export function listenToKeys(target: KeyTarget, button: HTMLButtonElement, signal: AbortSignal): void {
  /** What has to be let go to end what it began. */
  let held: Shortcut | 'button' | undefined;
  const shortcut = (attribute: string, otherwise: string): Shortcut | undefined =>
    parseShortcut(target.getAttribute(attribute) ?? otherwise);

  function hold(by: Shortcut | 'button'): void {
    held = by;
    void target.start();
  }

  function release(): void {
    if (held === undefined) return;
    held = undefined;
    void target.stop();
  }

  function press(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const toggles = shortcut('shortcut', DEFAULT_SHORTCUT);
    if (toggles?.isPressedBy(event)) {
      event.preventDefault();
      if (event.repeat) return;
      if (target.isHeld) hold(toggles);
      else target.toggle();
    } else if (shortcut('alternatives-shortcut', 'Alt+Shift+A')?.isPressedBy(event)) {
      event.preventDefault();
      void target.checkNextWord();
    }
  }

  function releaseButton(): void {
    if (held === 'button') release();
  }

  function letGo(event: KeyboardEvent): void {
    if (typeof held === 'object' && held.isReleasedBy(event)) release();
  }

  const options = { capture: true, signal };
  addEventListener('keydown', press, options);
  addEventListener('keyup', letGo, options);
  // A key that is let go elsewhere is not heard of.
  addEventListener('blur', release, { signal });
  const isButtonKey = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter';
  const holdButton = (): void => {
    if (target.isHeld) hold('button');
  };
  button.addEventListener('pointerdown', holdButton, options);
  addEventListener('pointerup', releaseButton, options);
  addEventListener('pointercancel', releaseButton, options);
  button.addEventListener(
    'keydown',
    (event) => {
      if (isButtonKey(event) && !event.repeat) holdButton();
    },
    options,
  );
  button.addEventListener(
    'keyup',
    (event) => {
      if (isButtonKey(event)) releaseButton();
    },
    options,
  );
}
