/** Calls the listeners of an event. */
export type Emit<Events> = <E extends keyof Events>(event: E, value: Events[E]) => void;

/** Adds a listener, and returns a function that removes it. */
export type Listen<Events> = <E extends keyof Events>(
  event: E,
  listener: (value: Events[E]) => void,
) => () => void;

/**
 * Listeners by event. An error of a listener is reported as uncaught, and affects neither the others nor the caller.
 */
export function createEvents<Events>(): { readonly emit: Emit<Events>; readonly on: Listen<Events> } {
  const listeners = new Map<keyof Events, Set<(value: never) => void>>();
  return {
    emit: (event, value) => {
      for (const listener of [...(listeners.get(event) ?? [])]) {
        try {
          (listener as (given: typeof value) => void)(value);
        } catch (error) {
          setTimeout(() => {
            throw error;
          });
        }
      }
    },
    on: (event, listener) => {
      const own = (value: Parameters<typeof listener>[0]): void => {
        listener(value);
      };
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(own));
      return () => {
        set.delete(own);
      };
    },
  };
}
