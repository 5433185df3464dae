// What an intake needs, with nothing behind it that a test would have to start.
import type { Approvals, Policy } from '../../../src/access/index.ts';
import type { IntakeDeps } from '../../../src/commands/intake-deps.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { portsOf } from './ports.ts';

const nobodyAsks = () => Promise.reject(new Error('not asked'));

/** Lets everybody do everything. */
const openPolicy: Policy = {
  broken: null,
  dangerOf: () => 'none',
  allows: () => Promise.resolve(true),
  read: ({ surface, id }) => ({
    principal: `${surface}:${id}`,
    version: 'test',
    recorded: Promise.resolve({ via: null, grants: [], marks: [] }),
  }),
  decide: () => Promise.resolve({ allowed: true, gates: [], blockedBy: null, policyVersion: 'test' }),
  personOf: ({ surface, id }) => Promise.resolve(`${surface}:${id}`),
};

const noApprovals: Approvals = {
  open: nobodyAsks,
  find: nobodyAsks,
  shown: nobodyAsks,
  move: nobodyAsks,
  waiting: nobodyAsks,
  unreadable: nobodyAsks,
  reminded: nobodyAsks,
  putOff: nobodyAsks,
  settled: nobodyAsks,
  due: nobodyAsks,
};

export function intakeDeps(given: Partial<IntakeDeps> = {}): IntakeDeps {
  return {
    ...portsOf({}),
    policy: openPolicy,
    approvals: noApprovals,
    logger: silentLogger,
    faults: new Faults(),
    ...given,
  };
}
