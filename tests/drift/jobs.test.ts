// Each row of the job catalogue has every column, docs/jobs.md shows them all, and what the library is told is what the row
// says. `npx vitest run --project drift tests/drift/jobs.test.ts -u` writes the page anew.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JobName, jobCatalogue, rowOf } from '../../src/contracts/jobs.ts';
import { hasLane } from '../../src/contracts/lanes.ts';
import { jobOptions, retryDelayMs } from '../../src/queue/job-options.ts';

const isName = (name: string): name is JobName => Object.hasOwn(jobCatalogue, name);
const names = Object.keys(jobCatalogue).filter(isName);

function row(name: JobName) {
  const found = rowOf(name);
  if (!found) throw new Error(`no row ${name}`);
  return found;
}

describe.each(names)('the row %s', (name) => {
  const { queue, body, attempts, backoff, keeps, usefulMs, timeoutMs } = row(name);

  it('has a schema that refuses what is none of its bodies', () => {
    expect(body.safeParse({}).success).toBe(false);
  });

  it('is what the library is told of its jobs', () => {
    expect(jobOptions({ id: 'j', name, queue, principal: 'system:test', issuedAt: 0 })).toMatchObject({
      ...{ jobId: 'j', attempts, backoff: { type: 'capped' } },
      ...{ removeOnComplete: keeps.done, removeOnFail: keeps.failed },
    });
    expect(retryDelayMs(name, 1)).toBeLessThanOrEqual(backoff.initialMs);
    expect(retryDelayMs(name, 30)).toBeGreaterThanOrEqual(backoff.maxMs / 2);
    expect(retryDelayMs(name, 30)).toBeLessThanOrEqual(backoff.maxMs);
  });

  it('keeps what it keeps as every job of its queue does, since the library trims a queue as one', () => {
    const others = names.filter((other) => row(other).queue === queue);
    expect(others.map((other) => row(other).keeps)).toEqual(others.map(() => keeps));
  });

  it('may be tried and run within the time that it is of use', () => {
    expect(attempts).toBeGreaterThan(1);
    expect(timeoutMs).toBeLessThanOrEqual(Math.max(usefulMs, 60_000));
  });
});

it('a job that the catalogue does not have is tried once', () => {
  const options = jobOptions({ id: 'j', name: 'no.such.job', queue: 'gas', principal: 'a:b', issuedAt: 0 });
  expect(options.attempts).toBe(1);
});

it('docs/jobs.md shows every row with every column', async () => {
  await expect(page()).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/jobs.md'));
});

function page(): string {
  const lines = names.map((name) => {
    const { queue, key, attempts, backoff, usefulMs, timeoutMs, heartbeats, keeps, deaths } = row(name);
    const kept = ({ count, age }: { count: number; age: number }) => `${count}, ${age / 3_600} h`;
    const cells = [
      ...[`\`${name}\``, queue, hasLane(name) ? 'yes' : 'no', key, attempts],
      ...[`${backoff.initialMs / 1_000} to ${backoff.maxMs / 1_000} s`, `${usefulMs / 1_000} s`],
      `${timeoutMs / 1_000} s${heartbeats ? ' *' : ''}`,
      deaths,
      ...[kept(keeps.done), kept(keeps.failed)],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Jobs

Every kind of job, as \`src/contracts/jobs.ts\` has it; \`tests/drift/jobs.test.ts\` writes this page and holds it to the code.

- **lane**: jobs of one receiver run in the order they were given (\`src/contracts/lanes.ts\`).
- **same of**: what the id of a job derives from, so that the same again is the same job: one \`use\` of a command and its step; one \`delivery\` of gas and the count of its jobs; the \`tick\` of a schedule; a \`report\`, its step and its place.
- **between tries**: grows from the first to the last, with jitter in the upper half.
- **useful**: from its order to its last start. **one run**: then it is told to end; with a star each sign of progress begins that time anew.
- **deaths**: so many processes in a row may die over it before it is given up.
- **done kept**, **failed kept**: at most so many of a queue, and for so long. What was given up lies whole among the dead letters besides.

| job | queue | lane | same of | tries | between tries | useful | one run | deaths | done kept | failed kept |
|---|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
}
