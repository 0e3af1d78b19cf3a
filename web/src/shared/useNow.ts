import { useSyncExternalStore } from "react";

const STEP_MILLISECONDS = 30_000;

let now = new Date();
const listeners = new Set<() => void>();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, STEP_MILLISECONDS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** One clock for the whole page, that moves twice a minute. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}
