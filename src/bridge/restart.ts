// Restarting an external service: the port that the queue's handler calls. The hub profile decides how one asks.
import type { HubProfile } from '../contracts/bus.ts';
import type { ServiceControl } from '../contracts/ports.ts';
import { broadcastRestart } from './legacy-restart.ts';
import { RestartConversation, type RestartDeps } from './restart-conversation.ts';

/** Safe to call again with the same order id, also after a crash: what is finished is returned, what is open goes on. */
export function createServiceControl(
  deps: RestartDeps,
  options: { readonly profile: HubProfile },
): ServiceControl {
  return {
    restart: (order, onProgress, signal) =>
      options.profile === 'legacy-fanout'
        ? broadcastRestart(deps, order, signal)
        : new RestartConversation(deps, order, onProgress).run(signal),
  };
}
