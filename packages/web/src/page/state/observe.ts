import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Observable } from './observable.js';

/** Renders an element again whenever one of the observables changes, for as long as the element is in the page. */
export function observe(host: ReactiveControllerHost, ...observables: readonly Observable<unknown>[]): void {
  let ends: readonly (() => void)[] = [];
  const controller: ReactiveController = {
    hostConnected: () => {
      ends = observables.map(({ subscribe }) =>
        subscribe(() => {
          host.requestUpdate();
        }),
      );
    },
    hostDisconnected: () => {
      for (const end of ends) end();
    },
  };
  host.addController(controller);
}
