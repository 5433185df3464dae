import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const servers = ['tests/support/servers.ts'];
// It takes the CPU from whatever runs beside it.
const starving = 'tests/e2e/faults-cpu.test.ts';

// Most of the time of a test with servers is waiting, so more of them run at once than there are cores. The groups keep
// quick tests, which fail first, in front, and those that take every core apart from those that do.
const group = (order: number, atOnce: number) => ({
  maxWorkers: atOnce,
  sequence: { groupOrder: order, sequencer: LongestFirst },
});

/** The two minutes of chaos begin first, so that they do not run on alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isChaos(b)) - Number(isChaos(a)));
  }
}

function isChaos({ project }: TestSpecification): boolean {
  return project.name === 'chaos';
}

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], ...group(0, 2) } },
      { test: { name: 'drift', include: ['tests/drift/**/*.test.ts'], testTimeout: 60_000, ...group(0, 2) } },
      {
        test: {
          name: 'recorded',
          include: ['tests/recorded/**/*.test.ts'],
          testTimeout: 60_000,
          ...group(0, 2),
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: servers,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...group(1, 3),
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: [starving],
          globalSetup: servers,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          ...group(2, 3),
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['tests/chaos/**/*.test.ts'],
          globalSetup: servers,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          ...group(2, 3),
        },
      },
      {
        test: {
          name: 'starved',
          include: [starving],
          globalSetup: servers,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          ...group(3, 1),
        },
      },
    ],
  },
});
