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

const secretPaths = ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'];

/** Creates the process's logger. Returns it with `close`, which flushes what is buffered. */
export function createLogger(options: LoggerOptions): Logger & { close(): void } {
  const stream: DestinationStream & { flushSync(): void } =
    options.file === '-'
      ? destination({ dest: 2, sync: true })
      : destination({ dest: options.file, mkdir: true, sync: false, minLength: 0 });
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      redact: { paths: secretPaths, censor: '[secret]' },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    stream,
  );
  return Object.assign(logger, {
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
