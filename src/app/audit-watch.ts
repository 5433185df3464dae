// Keeps an eye on the record: whether it takes writes, whether its end is still there, and the anchor beside it.
import { type AuditLog, type AuditRecord, anchorDoubt, readAnchor, writeAnchor } from '../access/index.ts';
import type { Clock } from '../core/clock.ts';
import { toSwarmError } from '../core/errors.ts';
import type { Check } from '../core/health.ts';
import { Service } from '../core/service.ts';
import type { AuditEnds } from './audit-ends.ts';

export interface AuditWatchDeps {
  readonly log: AuditLog;
  readonly record: AuditRecord;
  readonly ends: AuditEnds;
  readonly clock: Clock;
}

export interface AuditWatchOptions {
  readonly anchorFile: string;
  /** The Redis prefix of the record. */
  readonly prefix: string;
}

const everyMs = 5_000;

export class AuditWatch extends Service {
  readonly #deps: AuditWatchDeps;
  readonly #options: AuditWatchOptions;
  /** What the anchor says against the record; null when nothing. */
  #objection: string | null = null;

  constructor(deps: AuditWatchDeps, options: AuditWatchOptions) {
    super({ name: 'audit', dependsOn: ['redis'], hard: false });
    this.#deps = deps;
    this.#options = options;
  }

  /** Why no action is taken, or why the record is not to be believed; null when all is well. From memory. */
  get fault(): string | null {
    const { trouble } = this.#deps.log;
    return trouble === null ? this.#objection : `the record cannot be written: ${trouble}`;
  }

  /** Answers from memory. Without the record only questions are answered, so the platform does but a part of its work. */
  check(): Check {
    const { ends } = this.#deps;
    const late = ends.waiting === 0 ? null : `${ends.waiting} ends of actions are not written yet`;
    const why = this.fault ?? late;
    return { name: 'audit', hard: false, health: why === null ? 'healthy' : 'unhealthy', detail: why ?? '' };
  }

  protected onStart(): Promise<void> {
    const stop = new AbortController();
    const looking = this.#keepLooking(stop.signal);
    this.release(async () => {
      stop.abort();
      await looking;
    });
    return Promise.resolve();
  }

  async #keepLooking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await this.#deps.clock.sleep(everyMs, signal).catch(() => undefined);
    }
    if (this.#deps.ends.waiting > 0) await this.look();
  }

  /** One look; never rejects. */
  async look(): Promise<void> {
    const { log, ends } = this.#deps;
    if (!(await log.prove())) return;
    await ends.retry();
    this.#objection = await this.#anchor().catch(objectionOf);
  }

  // A file that contradicts the record stays as it is: it is the evidence.
  async #anchor(): Promise<string | null> {
    const { record, clock } = this.#deps;
    const { anchorFile, prefix } = this.#options;
    const anchor = await readAnchor(anchorFile);
    if (anchor !== null && !(await record.holds(anchor))) {
      const doubt = anchorDoubt(anchorFile, anchor);
      return `line ${anchor.seq} of the record is gone or another${doubt}; run \`swarmline audit verify\``;
    }
    const tail = await record.tail();
    const isNameless = anchor !== null && anchor.record === undefined;
    if (tail !== null && (tail.seq > (anchor?.seq ?? 0) || isNameless)) {
      await writeAnchor(anchorFile, { ...tail, at: clock.now(), record: prefix });
    }
    return null;
  }
}

// That Redis went away meanwhile is told by its link.
function objectionOf(thrown: unknown): string | null {
  const { code, message } = toSwarmError(thrown);
  return code.startsWith('REDIS_') ? null : message;
}
