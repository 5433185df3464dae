import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { patienceMs } from './tests/support/patience.ts';

const servers = ['tests/support/servers.ts'];
// Longer than a wait may last, so that a wait which is in vain says itself what did not come.
const patient = {
  testTimeout: 3 * patienceMs,
  hookTimeout: 3 * patienceMs,
  // A second, if nothing is said.
  expect: { poll: { timeout: patienceMs } },
};
const mostPatient = { ...patient, testTimeout: 5 * patienceMs };
// It takes the CPU from whatever runs beside it.
const starving = 'tests/e2e/faults-cpu.test.ts';

// Most of the time of a test with servers is waiting, so more of them run at once than there are cores. The groups keep
// quick tests, which fail first, in front, and those that take every core apart from those that do.
const group = (order: number, atOnce: number) => ({
  maxWorkers: atOnce,
  sequence: { groupOrder: order },
});

// Vitest goes by size where it has not run them before, as in CI; these take half a minute and more, and are short to read.
const longest = [
  'tests/chaos/kill.test.ts',
  'tests/integration/pipeline/kill.test.ts',
  'tests/integration/queue/canary.test.ts',
  'tests/integration/pipeline/model.test.ts',
  'tests/integration/queue/effective-once.test.ts',
  'tests/e2e/outages.test.ts',
  'tests/e2e/faults-rabbitmq.test.ts',
  'tests/e2e/audit.test.ts',
];

/** What takes longest begins first, so that it does not run on alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

function isLong({ moduleId }: TestSpecification): boolean {
  return longest.some((path) => moduleId.endsWith(`/${path}`));
}

export default defineConfig({
  test: {
    reporters: ['default'],
    // Of the whole run: vitest reads it nowhere else.
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], ...patient, ...group(0, 2) } },
      { test: { name: 'drift', include: ['tests/drift/**/*.test.ts'], ...patient, ...group(0, 2) } },
      {
        test: {
          name: 'recorded',
          include: ['tests/recorded/**/*.test.ts'],
          ...patient,
          ...group(0, 2),
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: servers,
          ...patient,
          ...group(1, 3),
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: [starving],
          globalSetup: servers,
          ...mostPatient,
          ...group(2, 3),
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['tests/chaos/**/*.test.ts'],
          globalSetup: servers,
          ...mostPatient,
          ...group(2, 3),
        },
      },
      {
        test: {
          name: 'starved',
          include: [starving],
          globalSetup: servers,
          ...mostPatient,
          ...group(3, 1),
        },
      },
    ],
  },
});
