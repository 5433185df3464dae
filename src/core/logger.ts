// The logger: pino, NDJSON. The only file that imports pino. Where a line ends is log-file.ts.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';
import { systemClock } from './clock.ts';
import { LogFile, type LogLoss } from './log-file.ts';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'> & {
  child(bindings: Readonly<Record<string, unknown>>): Logger;
  /**
   * Runs `work`; every line written meanwhile and because of it, by this logger or a relative, has these bindings too.
   * So whoever begins a flow names it once, and whoever logs deep inside need not know of it.
   */
  within<T>(bindings: Readonly<Record<string, string>>, work: () => T): T;
};

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Path of the log file; `-` is stderr. */
  readonly file: string;
}

/** The process's own logger, which the process may close and turn up or down. */
export interface ProcessLogger extends Logger {
  /** Resolves when what is buffered is written, or lost. */
  close(): Promise<void>;
  /** Lines that could not be written, and why; null for stderr, of which nobody can tell. */
  loss(): LogLoss | null;
  /** Of this logger and of all its children. */
  setLevel(level: LoggerOptions['level']): void;
}

interface Sink {
  readonly stream: DestinationStream;
  readonly loss: () => LogLoss | null;
  readonly close: () => Promise<void>;
}

const secretKeys = ['token', 'password', 'secret', 'authorization'] as const;
// At three depths: a request or an error of a library brings its headers in one of its fields.
const secretPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

// What stderr does not take is dropped above this, bytes.
const stderrMaxLength = 1_048_576;

/** Creates the process's logger. A full disk or a reader that went away costs lines, never the process. */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const sink = options.file === '-' ? toStderr() : toFile(options.file);
  const flow = new AsyncLocalStorage<Readonly<Record<string, string>>>();
  const children = new Set<WeakRef<PinoLogger>>();
  const forget = new FinalizationRegistry((child: WeakRef<PinoLogger>) => children.delete(child));
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      // A child has a level of its own from birth on.
      onChild: (child) => {
        const held = new WeakRef(child);
        children.add(held);
        forget.register(child, held);
      },
      redact: { paths: secretPaths, censor: '[secret]' },
      mixin: () => flow.getStore() ?? {},
      // What a line says itself is nearer to the truth than the flow that it is written in.
      mixinMergeStrategy: (line, bindings) => ({ ...bindings, ...line }),
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    sink.stream,
  );
  const within = <T>(bindings: Readonly<Record<string, string>>, work: () => T): T =>
    flow.run({ ...flow.getStore(), ...bindings }, work);
  return Object.assign(withFlow(logger, within), {
    setLevel: (level: LoggerOptions['level']) => {
      logger.level = level;
      for (const held of children) {
        const child = held.deref();
        if (child) child.level = level;
      }
    },
    loss: sink.loss,
    close: sink.close,
  });
}

function toStderr(): Sink {
  const stream = destination({ dest: 2, sync: true, maxLength: stderrMaxLength });
  // Without a listener a full disk behind `2> file` would end the process.
  stream.on('error', () => undefined);
  return { stream, loss: () => null, close: () => Promise.resolve() };
}

function toFile(path: string): Sink {
  const notice = (dropped: number, why: string) => {
    const time = new Date(systemClock.now()).toISOString();
    return `${JSON.stringify({ level: warn, time, pid: process.pid, dropped, why, msg: 'log lines are missing here' })}\n`;
  };
  const file = new LogFile({ clock: systemClock }, { path, notice });
  return {
    stream: { write: (line) => file.write(line) },
    loss: () => file.loss,
    close: () => file.close(),
  };
}

/** As pino counts. */
const warn = 40;

/** A logger that writes nothing. */
export const silentLogger: Logger = withFlow(pino({ level: 'silent' }), (_bindings, work) => work());

// pino's child() makes an object whose prototype is its parent, so that children have `within` too.
function withFlow(logger: PinoLogger, within: Logger['within']): PinoLogger & Logger {
  return Object.assign(logger, { within });
}
