// The record in Redis: a stream whose ids are the numbers of the lines, and the tail of the chain beside it. Never trimmed,
// never changed: nothing here could. Reading it is audit-walk.ts.
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { Clock } from '../core/clock.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { type AuditEntry, type AuditLine, auditLineSchema, type AuditSink } from './audit.ts';
import { canonicalJson, genesis, sealed, type Tail } from './audit-chain.ts';
import { type AuditKeys, keysOf, readTail, tailText, toTail } from './audit-keys.ts';
import { redacted } from './audit-redaction.ts';
import { appendScript, forgetScript } from './audit-scripts.ts';

export interface AuditDeps {
  /** A command client: who waits for the record waits before the effect. */
  readonly redis: Redis;
  readonly clock: Pick<Clock, 'now'>;
}

export interface AuditOptions {
  readonly prefix: string;
}

// As long as a job that could write its line again, and a day.
const markSeconds = 8 * 24 * 3_600;
const batchSize = 64;
// Of several processes that append at once one gets through each time, so that this is many of them for long.
const attempts = 64;

/** Lines of actions under way that this process wrote itself: their end is mostly written by the same one. */
const mostRemembered = 1_000;

interface Waiting {
  readonly entry: AuditEntry;
  readonly mark: string;
  readonly resolve: (line: AuditLine) => void;
  readonly reject: (fault: SwarmError) => void;
}

/** Appends to the record. What is asked for at one moment is stored in one round trip, in its order. */
export class AuditLog implements AuditSink {
  readonly #deps: AuditDeps;
  readonly #keys: AuditKeys;
  readonly #waiting: Waiting[] = [];
  /** By their marks, oldest first; a line that is stored never changes. */
  readonly #begun = new Map<string, AuditLine>();
  #flushing: Promise<void> | undefined;
  /** As last heard; Redis tells when another process has appended since. */
  #tail: Tail = genesis;
  #trouble: string | null = null;

  constructor(deps: AuditDeps, { prefix }: AuditOptions) {
    this.#deps = deps;
    this.#keys = keysOf(prefix);
  }

  /** Why Redis refused lines when it was last asked; null when it took them, or did not answer at all: that is its own trouble. */
  get trouble(): string | null {
    return this.#trouble;
  }

  append(entry: AuditEntry, step = ''): Promise<AuditLine> {
    const mark = this.#keys.mark(derivedId('audit', entry.correlationId, entry.event, step));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry: redacted(entry), mark, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** The line of this event of a flow, where there was one within the last days. */
  async find(correlationId: string, event: AuditEntry['event'], step = ''): Promise<AuditLine | null> {
    const mark = this.#keys.mark(derivedId('audit', correlationId, event, step));
    const begun = this.#begun.get(mark);
    if (begun) return begun;
    const seq = await this.#deps.redis.get(mark);
    return seq === null ? null : this.#line(seq, { correlationId, event });
  }

  /**
   * Asks for a write that Redis can only refuse for its number: any other refusal would meet a line, too. So it proves
   * that the record takes writes, and writes nothing.
   */
  async prove(): Promise<boolean> {
    try {
      await this.#deps.redis.xadd(this.#keys.lines, 'NOMKSTREAM', '0-1', 'line', '');
    } catch (thrown) {
      if (!isForItsNumber(thrown)) {
        this.#trouble = refusalOf(thrown);
        return false;
      }
    }
    this.#trouble = null;
    return true;
  }

  async #flush(): Promise<void> {
    // Whoever appends twice in one breath pays for one round trip.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, batchSize);
      try {
        await this.#store(batch);
        this.#trouble = null;
      } catch (thrown) {
        const fault = unavailable(thrown);
        this.#trouble = refusalOf(thrown);
        for (const { reject } of batch) reject(fault);
      }
    }
    this.#flushing = undefined;
  }

  async #store(batch: readonly Waiting[]): Promise<void> {
    let rest = batch;
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (attempt === attempts) {
        throw new SwarmError(domainErrors.auditUnavailable, `other processes were first ${attempts} times`);
      }
      const turn = rest.filter(({ mark }, i) => rest.findIndex((other) => other.mark === mark) === i);
      const done = await this.#try(turn);
      rest = rest.filter((one) => !done.has(one));
    }
  }

  /** One round trip. Resolves to those that are stored now, or were. */
  async #try(turn: readonly Waiting[]): Promise<ReadonlySet<Waiting>> {
    const before = this.#tail;
    const lines = this.#chained(turn);
    const after = lines.at(-1) ?? before;
    const { lines: stream, tail } = this.#keys;
    const answer = await appendScript(
      this.#deps.redis,
      [stream, tail, ...turn.map(({ mark }) => mark)],
      [tailText(before), tailText(after), markSeconds, before.seq + 1, ...lines.map(canonicalJson)],
    );
    const [word = '', ...told] = Array.isArray(answer) ? answer.map(String) : [];
    if (word === 'known') return this.#known(turn, told);
    if (word === 'tail') {
      this.#tail = toTail(told[0] ?? '');
      return new Set();
    }
    this.#tail = { seq: after.seq, hash: after.hash };
    turn.forEach(({ resolve, mark }, i) => {
      const line = lines[i];
      if (!line) return;
      if (line.event === 'executing') this.#remember(mark, line);
      resolve(line);
    });
    return new Set(turn);
  }

  #remember(mark: string, line: AuditLine): void {
    this.#begun.set(mark, line);
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= mostRemembered) return;
      this.#begun.delete(oldest);
    }
  }

  #chained(turn: readonly Waiting[]): AuditLine[] {
    const at = this.#deps.clock.now();
    const lines: AuditLine[] = [];
    for (const { entry } of turn) lines.push(sealed(lines.at(-1) ?? this.#tail, entry, at));
    return lines;
  }

  async #known(turn: readonly Waiting[], told: readonly string[]): Promise<ReadonlySet<Waiting>> {
    const known = new Set<Waiting>();
    for (let i = 0; i < told.length; i += 2) {
      const one = turn[Number(told[i])];
      if (!one) continue;
      const seq = told[i + 1] ?? '';
      const line = await this.#line(seq, one.entry);
      // Without its mark it is written in the next attempt.
      if (line === null) await forgetScript(this.#deps.redis, [one.mark], [seq]);
      else {
        one.resolve(line);
        known.add(one);
      }
    }
    return known;
  }

  /** Null where the number is another's: a mark outlives a record that was begun anew, whose numbers begin at 1 again. */
  async #line(seq: string, of: Pick<AuditEntry, 'correlationId' | 'event'>): Promise<AuditLine | null> {
    const [found] = await this.#deps.redis.xrange(this.#keys.lines, `${seq}-0`, `${seq}-0`);
    const text = found?.[1][1];
    if (text === undefined) {
      if (((await this.tail())?.seq ?? 0) < Number(seq)) return null;
      throw new SwarmError(domainErrors.auditBroken, `line ${seq} of the record is missing`);
    }
    const line = auditLineSchema.parse(JSON.parse(text));
    return line.correlationId === of.correlationId && line.event === of.event ? line : null;
  }

  /** As Redis holds it. @throws what the client throws */
  tail(): Promise<Tail | null> {
    return readTail(this.#deps.redis, this.#keys);
  }
}

function unavailable(cause: unknown): SwarmError {
  if (cause instanceof SwarmError) return cause;
  return new SwarmError(domainErrors.auditUnavailable, errorText(cause), { cause });
}

function refusalOf(thrown: unknown): string | null {
  const isRefusal = thrown instanceof SwarmError || (thrown instanceof Error && thrown.name === 'ReplyError');
  return isRefusal ? errorText(thrown) : null;
}

// Every other refusal has a word of its own before its text: WRONGTYPE, NOPERM, OOM, READONLY, MISCONF.
function isForItsNumber(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'ReplyError' && thrown.message.startsWith('ERR ');
}
