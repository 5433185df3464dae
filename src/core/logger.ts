// The logger: pino, NDJSON. The only file that imports pino.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';

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
  /** Flushes what is buffered. */
  close(): void;
  /** Of this logger and of all its children. */
  setLevel(level: LoggerOptions['level']): void;
}

const secretKeys = ['token', 'password', 'secret', 'authorization'];
// At three depths: a request or an error of a library brings its headers in one of its fields.
const secretPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** Creates the process's logger. Returns it with `close`, which flushes what is buffered. */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const stream: DestinationStream & { flushSync(): void } =
    options.file === '-'
      ? destination({ dest: 2, sync: true })
      : destination({ dest: options.file, mkdir: true, sync: false, minLength: 0 });
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
    stream,
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
    close: () => {
      try {
        stream.flushSync();
      } catch {
        // sonic-boom throws when its file never opened; nothing is left to flush then
      }
    },
  });
}

/** A logger that writes nothing. */
export const silentLogger: Logger = withFlow(pino({ level: 'silent' }), (_bindings, work) => work());

// pino's child() makes an object whose prototype is its parent, so that children have `within` too.
function withFlow(logger: PinoLogger, within: Logger['within']): PinoLogger & Logger {
  return Object.assign(logger, { within });
}
