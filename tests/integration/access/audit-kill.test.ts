// Processes that are killed amid their appends leave a whole chain, with every line that they were told is stored.
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { AuditLog, createAuditRecord } from '../../../src/access/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { entry } from '../../support/audit.ts';
import { Child } from '../../support/child.ts';
import { it } from '../../support/fixtures.ts';

const script = fileURLToPath(new URL('./fixtures/appender.ts', import.meta.url));

it('two writers that are killed leave one chain, and the next one goes on with it', async ({
  redis,
  redisUrl,
  prefix,
}) => {
  const record = createAuditRecord({ redis }, { prefix });
  const writers = [1, 2].map(
    () =>
      new Child({
        program: process.execPath,
        args: ['--import', 'tsx', script, redisUrl, prefix],
        env: { PATH: process.env['PATH'] },
      }),
  );
  await Promise.all(writers.map((writer) => writer.says(/^\d{2,}$/m)));
  await Promise.all(writers.map((writer) => writer.kill()));
  const told = writers.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean).map(Number));
  const { lines, broken } = await record.verify(null);
  expect(broken).toBeNull();
  expect(lines).toBeGreaterThanOrEqual(Math.max(...told));
  const next = await new AuditLog({ redis, clock: systemClock }, { prefix }).append(entry());
  expect(next.seq).toBe(lines + 1);
  expect(await record.verify(null)).toMatchObject({ lines: lines + 1, broken: null });
});
