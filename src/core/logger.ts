// The logger: pino, NDJSON. The only file that imports pino.
import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'> & {
  child(bindings: Readonly<Record<string, unknown>>): Logger;
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

const secretPaths = ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'];

/** Creates the process's logger. Returns it with `close`, which flushes what is buffered. */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const stream: DestinationStream & { flushSync(): void } =
    options.file === '-'
      ? destination({ dest: 2, sync: true })
      : destination({ dest: options.file, mkdir: true, sync: false, minLength: 0 });
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
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    stream,
  );
  return Object.assign(logger, {
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
export const silentLogger: Logger = pino({ level: 'silent' });
