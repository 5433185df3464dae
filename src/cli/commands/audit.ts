// `swarmline audit verify|query|export`: the record of who did what, read from Redis itself.
import { once } from 'node:events';
import { type AuditLine, anchorDoubt, readAnchor, writeAnchor } from '../../access/index.ts';
import {
  type AuditAccess,
  type LoadedConfig,
  loadConfig,
  openAudit,
  takeOverAnchor,
} from '../../app/index.ts';
import { argsInOrder, catalogue, parseAuditFilter } from '../../commands/index.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { systemClock } from '../../core/clock.ts';
import { coreErrors, SwarmError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import { demoLayer } from '../../demo/index.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

const fewLines = 20;

/**
 * Writes the anchor anew where all is well.
 * @throws SwarmError AUDIT_BROKEN with the first line that is not as it was, REDIS_UNAVAILABLE
 */
export async function auditVerify(options: { readonly json: boolean }, io: Io): Promise<ExitCode> {
  return withAudit(io, async ({ record, anchorFile }, loaded) => {
    await takeOverAnchor(loaded);
    const anchor = await readAnchor(anchorFile);
    const { lines, tail, broken } = await record.verify(anchor);
    const told = { ok: broken === null, lines, tail, broken, anchor };
    if (options.json) io.stdout.write(`${JSON.stringify(told)}\n`);
    if (broken !== null) {
      // Where the record is whole by itself, the anchor alone is against it.
      const isWhole = anchor !== null && (await record.verify(null)).broken === null;
      const doubt = isWhole ? anchorDoubt(anchorFile, anchor) : '';
      throw new SwarmError(domainErrors.auditBroken, `line ${broken.seq}: ${broken.why}${doubt}`);
    }
    if (lines > 0)
      await writeAnchor(anchorFile, { ...tail, at: systemClock.now(), record: loaded.config.redis.prefix });
    const since =
      anchor === null
        ? 'there was no anchor before'
        : `line ${anchor.seq} is as it was anchored on ${new Date(anchor.at).toISOString()}`;
    if (!options.json) {
      io.stdout.write(
        `${lines} lines, each follows from the one before; ${since}; the last hash is ${tail.hash}\n`,
      );
    }
    return exitCodes.ok;
  });
}

export async function auditQuery(
  words: readonly string[],
  options: { readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const parsed = parseAuditFilter(words.join(' '), systemClock.now());
  if (!parsed.ok) {
    io.stderr.write(`swarmline: ${parsed.why}\n`);
    return exitCodes.usage;
  }
  return withAudit(io, async ({ record }) => {
    const limit = parsed.last ?? fewLines;
    const { lines, unreadable } = await record.query(parsed.filter, { limit });
    for (const line of lines) io.stdout.write(`${options.json ? JSON.stringify(line) : lineText(line)}\n`);
    if (unreadable === 0) return exitCodes.ok;
    io.stderr.write(
      `swarmline: lines that cannot be read: ${unreadable}; swarmline audit verify names the first\n`,
    );
    return exitCodes.failed;
  });
}

export async function auditExport(io: Io): Promise<ExitCode> {
  return withAudit(io, async ({ record }) => {
    for await (const { text } of record.lines()) {
      if (io.stopped.aborted) throw new SwarmError(coreErrors.aborted, 'stopped before the end');
      if (!io.stdout.write(`${text}\n`)) await once(io.stdout, 'drain', { signal: io.stopped });
    }
    return exitCodes.ok;
  });
}

type Work = (audit: AuditAccess, loaded: LoadedConfig) => Promise<ExitCode>;

async function withAudit(io: Io, work: Work): Promise<ExitCode> {
  const loaded = await loadConfig(io.env, { root: io.root, demo: false, demoLayer });
  const audit = await openAudit(loaded.config);
  try {
    return await work(audit, loaded);
  } finally {
    audit.close();
  }
}

function lineText(line: AuditLine): string {
  const { seq, at, person, principal, command, event, verdict, approvers, correlationId, detail } = line;
  const given = argsInOrder(line, catalogue).map(([name, text]) => `${name}=${plainText(text, 200)}`);
  return [
    `#${seq} ${new Date(at).toISOString()} ${correlationId}`,
    `${person} (${principal})`,
    [command, ...given].join(' '),
    [event, verdict, ...approvers.map((one) => `with ${one}`)].join(' '),
    ...(detail === '' ? [] : [plainText(detail, 300)]),
  ].join(' | ');
}
