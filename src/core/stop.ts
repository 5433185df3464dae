// The stop switch of a part in which many things wait at the same time.
import { setMaxListeners } from 'node:events';

/** An AbortController whose signal any number of waits may share; Node would take the eleventh for a leak. */
export function createStop(): AbortController {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
}
