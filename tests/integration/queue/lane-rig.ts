// Gas for several agents over a real queue, with runs that are noted in Redis, so that several processes share the note.
import type { Gas } from '../../../src/contracts/agents.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { bindHandler, WorkerHost } from '../../../src/queue/index.ts';
import type { Place } from './rig.ts';

export const gasFor = (to: string, nr: number) => {
  const gas: Gas = {
    ...{ id: `${to}-${nr}`, from: 'Agent-0', to, mission: 'm', epoch: 1, checkpoint: null, percent: null },
    ...{ createdAt: 0, text: `${nr}` },
  };
  return {
    name: 'gas.deliver',
    id: `g-${to}-${nr}`,
    correlationId: gas.id,
    causationId: null,
    principal: 'system:test',
    body: { gas },
  } as const;
};

/** A host whose runs of `gas.deliver` end as `fate` says; each that does not fail is noted. */
export function createLaneHost(
  place: Place,
  fate: (gas: Gas) => Promise<'does' | 'fails'>,
  hands = 5,
): WorkerHost {
  const { redis, redisUrl, prefix } = place;
  const handler = bindHandler({
    name: 'gas.deliver',
    run: async ({ gas }) => {
      if ((await fate(gas)) === 'fails') throw new SwarmError(domainErrors.inboxUnwritable, 'bad luck');
      await redis.rpush(`${prefix}:note`, gas.id);
    },
    dead: () => Promise.resolve(),
  });
  const link = new Link({ name: 'workers', hard: true, clock: systemClock });
  return new WorkerHost(
    { redis, clock: systemClock, logger: silentLogger, link, faults: new Faults(), handlers: [handler] },
    { redisUrl, prefix, queues: { gas: hands } },
  );
}

/** What was done for one receiver, in order; a run that was repeated right after a crash counts once. */
export async function doneFor({ redis, prefix }: Place, to: string): Promise<number[]> {
  const ids = await redis.lrange(`${prefix}:note`, 0, -1);
  const numbers = ids.filter((id) => id.startsWith(`${to}-`)).map((id) => Number(id.split('-').at(-1)));
  return numbers.filter((nr, i) => nr !== numbers[i - 1]);
}
