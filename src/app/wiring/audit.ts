// Wires the record of what people do: its writer, the ends of actions, its watch; and the doors that change something
// without being a command.
import { join } from 'node:path';
import {
  type AuditEntry,
  AuditLog,
  type AuditRecord,
  createAuditRecord,
  type Policy,
  principalOf,
} from '../../access/index.ts';
import { randomId } from '../../contracts/ids.ts';
import type { ComponentResetter, DeliveryLedger, JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { errorText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Redis } from '../../core/redis.ts';
import { AuditEnds } from '../audit-ends.ts';
import { AuditWatch } from '../audit-watch.ts';
import type { Config } from '../config.ts';
import type { LinkBoard } from '../links.ts';

export interface AuditSources {
  readonly config: Config;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: Pick<Policy, 'personOf'>;
  readonly links: Pick<LinkBoard, 'alsoCheck'>;
}

export interface Audit {
  readonly log: AuditLog;
  readonly record: AuditRecord;
  readonly watch: AuditWatch;
  /** The same sink, which also records how actions end. */
  endingIn(sink: JobSink): JobSink;
  /** The same, and whose use over HTTP is recorded. */
  resetter(components: ComponentResetter): ComponentResetter;
  /** The same, and whose use over HTTP is recorded. */
  ledger(ledger: DeliveryLedger): DeliveryLedger;
}

/** Where the anchor of a home lies. */
export function anchorFileOf({ home }: Pick<Config, 'home'>): string {
  return join(home, 'audit-anchor.json');
}

export function wireAudit({ config, redis, clock, logger, policy, links }: AuditSources): Audit {
  const options = { prefix: config.redis.prefix };
  const log = new AuditLog({ redis, clock }, options);
  const record = createAuditRecord({ redis }, options);
  const ends = new AuditEnds({ log, logger });
  const watch = new AuditWatch({ log, record, ends, clock }, { anchorFile: anchorFileOf(config) });
  links.alsoCheck(() => [watch.check()]);
  const note = makeNote({ log, policy, logger });
  return {
    log,
    record,
    watch,
    endingIn: (sink) => ends.over(sink),
    resetter: (components) => ({
      reset: async (component) => {
        await note({ correlationId: randomId(), command: 'service reset', args: { component } });
        return components.reset(component);
      },
    }),
    ledger: (ledger) => ({
      state: (id) => ledger.state(id),
      find: (id) => ledger.find(id),
      record: async (id, event) => {
        await note({ correlationId: id, command: 'agent ack', args: { delivery: id, state: event.state } });
        return ledger.record(id, event);
      },
    }),
  };
}

/** Whoever holds the token of this home. */
const operator = { surface: 'cli', id: 'local', name: 'you' } as const;

type Noted = Pick<AuditEntry, 'correlationId' | 'command' | 'args'>;

// A reset is what mends, and an acknowledgement is an agent's own word: neither waits for the record.
function makeNote({ log, policy, logger }: Pick<AuditSources, 'policy' | 'logger'> & Pick<Audit, 'log'>) {
  return async (noted: Noted): Promise<void> => {
    try {
      const entry: AuditEntry = {
        ...noted,
        event: 'changed',
        person: await policy.personOf(operator),
        principal: principalOf(operator),
        place: { surface: 'cli', id: 'local' },
        verdict: 'allowed',
        detail: 'asked over HTTP with the token of this home',
        approvers: [],
        policyVersion: 'none',
      };
      await log.append(entry, noted.args['state']);
    } catch (thrown) {
      logger.error({ ...noted, why: errorText(thrown) }, 'a line of the record is missing');
    }
  };
}
