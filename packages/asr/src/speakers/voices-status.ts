/** How busy the process is that embeds windows, and what became of the windows since the start. */
export interface VoicesStatus {
  /** Absent before the first window. */
  readonly process?: VoiceProcessStatus;
  readonly waiting: number;
  readonly windows: Readonly<Record<WindowOutcome, number>>;
}

/** The process, or that there is none at present. */
interface VoiceProcessStatus {
  readonly pid: number | undefined;
  readonly state: 'starting' | 'ready' | 'backing-off';
  readonly restarts: number;
}

/**
 * What became of a window: `shed` if it waited too long or made room for others, `lost` if the process ended while it had
 * the window.
 */
export type WindowOutcome = 'embedded' | 'shed' | 'lost';

/** What operators need to know. */
export type VoicesEvent =
  VoiceProcessEvent | { readonly kind: 'voice-window'; readonly outcome: WindowOutcome };

/** What happened to the process. */
export type VoiceProcessEvent =
  | { readonly kind: 'voices-ready'; readonly pid: number; readonly seconds: number }
  | {
      readonly kind: 'voices-exited';
      readonly pid: number;
      readonly reason: 'crash' | 'hung' | 'memory';
    };
