// The logger as a file of lines: a flow names itself once, and every line of it has the name.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createLogger, type Logger } from '../../../src/core/logger.ts';

async function linesOf(write: (logger: Logger) => Promise<void> | void): Promise<Record<string, unknown>[]> {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-log-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const file = join(dir, 'log.ndjson');
  const logger = createLogger({ level: 'info', file });
  await write(logger);
  await logger.close();
  return (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

it('puts the bindings of a flow on every line of it, also of children and after a wait', async () => {
  const lines = await linesOf(async (logger) => {
    const child = logger.child({ part: 'p' });
    const flow = (correlationId: string) =>
      logger.within({ correlationId }, async () => {
        await new Promise(setImmediate);
        child.info(correlationId);
      });
    await Promise.all([flow('one'), flow('two')]);
    logger.info('outside');
  });
  expect(lines.map(({ msg, part, correlationId }) => [msg, part, correlationId])).toEqual([
    ['one', 'p', 'one'],
    ['two', 'p', 'two'],
    ['outside', undefined, undefined],
  ]);
});

it('adds an inner flow to the outer one, and what a line says itself comes first', async () => {
  const lines = await linesOf((logger) =>
    logger.within({ correlationId: 'outer' }, () =>
      logger.within({ traceId: 't' }, () => {
        logger.info('both');
        logger.info({ correlationId: 'own' }, 'own');
      }),
    ),
  );
  expect(lines.map(({ correlationId, traceId }) => [correlationId, traceId])).toEqual([
    ['outer', 't'],
    ['own', 't'],
  ]);
});

it('masks what is called a secret, also inside of what is logged and of a flow', async () => {
  const lines = await linesOf((logger) =>
    logger.within({ token: 'planted' }, () =>
      logger.child({ password: 'planted' }).info(
        {
          token: 'planted',
          twitch: { secret: 'planted' },
          error: { headers: { authorization: 'planted' } },
        },
        'a line',
      ),
    ),
  );
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).toContain('[secret]');
  expect(JSON.stringify(lines)).not.toContain('planted');
});
