// The gate before the commands: once it is closed, every surface refuses what is asked, and says why. The surfaces
// themselves stay up, so that what is still running can be told to the end.
import type { CommandIntake, Reply } from '../commands/index.ts';

export interface IntakeGate {
  /** What the surfaces ask. */
  readonly intake: CommandIntake;
  /** Refuses from now on. Resolves when every command that came before has its reply. */
  close(): Promise<void>;
}

const stopping: Reply = {
  kind: 'refusal',
  code: 'unavailable',
  text: 'Swarmline is stopping and takes no new commands; nothing was done. Ask again when it is back.',
};

/** Puts a gate before an intake. */
export function createIntakeGate(intake: CommandIntake): IntakeGate {
  const underWay = new Set<Promise<Reply>>();
  let closed = false;
  const through = (ask: () => Promise<Reply>): Promise<Reply> => {
    if (closed) return Promise.resolve(stopping);
    const reply = ask().finally(() => underWay.delete(reply));
    underWay.add(reply);
    return reply;
  };
  return {
    intake: {
      specs: intake.specs,
      handle: (invocation) => through(() => intake.handle(invocation)),
      decide: (decision) => through(() => intake.decide(decision)),
      shown: (id) => intake.shown(id),
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}
