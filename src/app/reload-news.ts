// What people learn of a configuration that changed while the platform runs: a line of the record for each key before it is
// in force, and what came of it in the log and in the chat of the alerts. It changes nothing itself.
import type { AuditSink } from '../access/index.ts';
import type { Address } from '../contracts/chat.ts';
import { derivedId, type MakeId } from '../contracts/ids.ts';
import type { JobSink } from '../contracts/ports.ts';
import { maskSecrets } from '../contracts/secret-shapes.ts';
import type { Clock } from '../core/clock.ts';
import type { Changed } from '../core/config/changes.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { plainText } from '../core/text.ts';

export interface ReloadNewsDeps {
  readonly audit: AuditSink;
  readonly jobs: JobSink;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly makeId: MakeId;
}

export interface ReloadNewsOptions {
  /** Who hears of it. The console does by itself, in the process where it happens. */
  readonly to: readonly Address[];
  /** Of this process: each brings the change into force for itself, and says so in the record. */
  readonly instance: string;
}

/** A key that changed, and what came of it in one word or sentence. */
export interface Outcome extends Changed {
  readonly result: string;
}

/** Neither of its methods rejects: what mends a fault must not wait for what the fault has taken away. */
export interface ReloadNews {
  /** Writes down what is about to come into force; resolves when that stands, or cannot. */
  begins(changes: readonly Changed[]): Promise<void>;
  /** Tells what came of it. */
  came(outcomes: readonly Outcome[]): Promise<void>;
}

const actor = 'system:reload';
/** Processes that read the same files say the same within so long, ms; it is told once. */
const togetherMs = 60_000;
/** What a chat has room for: keys, and characters of a value. */
const mostKeys = 20;
const longestValue = 80;

/** Creates it; tells nothing before it is told. */
export function createReloadNews(deps: ReloadNewsDeps, { to, instance }: ReloadNewsOptions): ReloadNews {
  const { audit, jobs, clock, logger, makeId } = deps;
  const write = async (correlationId: string, { key, from, to: into }: Changed) => {
    const entry = {
      event: 'changed',
      ...{ correlationId, person: actor, principal: actor, place: null },
      command: 'config.reload',
      args: { setting: key, from, to: into },
      ...{ verdict: 'allowed', detail: `read from its file by process ${instance}` },
      ...{ approvers: [], policyVersion: 'none' },
    } as const;
    await audit.append(entry, key);
  };
  const tell = async (outcomes: readonly Outcome[]) => {
    const text = noticeOf(outcomes);
    const about = derivedId('config.reload', text, String(Math.floor(clock.now() / togetherMs)));
    const report = { about, kind: 'notice', subject: 'configuration', seq: 0, final: true } as const;
    const ids = { correlationId: about, causationId: null, principal: actor };
    for (const address of to) {
      const id = derivedId('chat.report', about, address.surface, address.place);
      await jobs.add({ name: 'chat.report', id, ...ids, body: { ...report, to: address, text, steps: [] } });
    }
  };
  return {
    begins: async (changes) => {
      const correlationId = makeId();
      const written = await Promise.allSettled(changes.map((change) => write(correlationId, change)));
      const failed = written.find((one) => one.status === 'rejected');
      if (failed === undefined) return;
      const keys = changes.map(({ key }) => key);
      logger.error({ keys, why: errorText(failed.reason) }, 'lines of the record are missing');
    },
    came: async (outcomes) => {
      for (const { key, from, to: into, result } of outcomes) {
        const words = { key, from: maskSecrets(from), to: maskSecrets(into), result };
        logger.info(words, 'configuration changed');
      }
      if (outcomes.length === 0) return;
      await tell(outcomes).catch((thrown: unknown) => {
        logger.warn({ why: errorText(thrown) }, 'nobody in chat hears of the changed configuration');
      });
    },
  };
}

/** One line for people: `log.level: live ("info" → "debug")`. */
export function outcomeLine({ key, from, to, result }: Outcome): string {
  const [old, next] = [from, to].map((value) => plainText(maskSecrets(value), longestValue));
  return `${key}: ${result} (${old} → ${next})`;
}

function noticeOf(outcomes: readonly Outcome[]): string {
  const more = outcomes.length - mostKeys;
  const head = `The configuration changed: ${outcomes.length} ${outcomes.length === 1 ? 'key' : 'keys'}.`;
  return [
    head,
    ...outcomes.slice(0, mostKeys).map(outcomeLine),
    ...(more > 0 ? [`and ${more} more, in \`audit config.reload\``] : []),
  ].join('\n');
}
