/** A value that others can watch. */
export interface Observable<Value> {
  readonly value: Value;
  /** Calls `listener` after every change; returns what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** An observable that its owner changes. */
export interface Changeable<Value> extends Observable<Value> {
  readonly set: (value: Value) => void;
  /** Replaces some fields of an object. */
  readonly patch: (fields: Partial<Value>) => void;
}

/** Makes an observable; setting the very same value again tells nobody. */
export function observable<Value>(initial: Value): Changeable<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: Value): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get value() {
      return value;
    },
    set,
    patch: (fields) => {
      set({ ...value, ...fields });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
