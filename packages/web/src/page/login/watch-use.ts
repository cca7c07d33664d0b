import type { Identity } from './login-api.js';

/** Keeps a login alive while somebody uses the page, and notices when it ends. */
export interface UseWatch {
  /** Somebody is logged in, and the server has just heard from them; undefined if the login cannot end. */
  readonly begin: (login: Identity['login']) => void;
  /** The server has just heard from them again. */
  readonly note: () => void;
  /** The server could not be asked. */
  readonly tryAgain: () => void;
  readonly end: () => void;
}

/**
 * How often use is reported to the server at most, since correcting text does not involve it. Seconds, and as a share
 * of the idle time.
 */
const TELL_SECONDS = 60;
const TELL_SHARE = 0.1;
/** A login is checked a little after its expected end. */
const AFTER_END_SECONDS = 1;
const TRY_AGAIN_SECONDS = 15;

/** `check` asks the server, which counts as use: it is called when somebody does something, and when the login may have ended. */
export function watchUse(check: () => void): UseWatch {
  let login: Identity['login'];
  let endsAt = 0;
  let notedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const checkIn = (seconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(check, Math.max(0, seconds) * 1000);
  };

  const note = (): void => {
    if (login === undefined) return;
    notedAt = performance.now();
    checkIn(Math.min(login.idleSeconds, (endsAt - notedAt) / 1000) + AFTER_END_SECONDS);
  };

  const onUse = (): void => {
    if (login === undefined || document.hidden) return;
    const tellMs = Math.min(TELL_SECONDS, login.idleSeconds * TELL_SHARE) * 1000;
    if (performance.now() - notedAt < tellMs) return;
    note();
    check();
  };
  // Timers stand still while the computer sleeps.
  for (const event of ['keydown', 'pointerdown']) addEventListener(event, onUse, { passive: true });
  document.addEventListener('visibilitychange', onUse);

  return {
    begin: (next) => {
      login = next;
      endsAt = performance.now() + (next?.endsInSeconds ?? 0) * 1000;
      clearTimeout(timer);
      note();
    },
    note,
    tryAgain: () => {
      checkIn(TRY_AGAIN_SECONDS);
    },
    end: () => {
      login = undefined;
      clearTimeout(timer);
    },
  };
}
