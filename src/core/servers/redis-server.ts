// How to run redis-server as our child. Durable to the last acknowledged write: appendfsync always.
import { connect } from 'node:net';
import { coreErrors, SwarmError } from '../errors.ts';
import type { ServerRecipe } from './embedded-server.ts';

/** @param program absolute path of redis-server */
export function redisRecipe(program: string): ServerRecipe {
  return {
    name: 'redis-server',
    hard: true,
    program,
    readyTimeoutMs: 20_000,
    prepare: (dir, port) =>
      Promise.resolve({
        args: [
          ...['--port', String(port), '--bind', '127.0.0.1', '--daemonize', 'no', '--dir', dir],
          ...[
            '--appendonly',
            'yes',
            '--appendfsync',
            'always',
            '--save',
            '',
            '--maxmemory-policy',
            'noeviction',
          ],
        ],
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      }),
    probe: probeRedis,
  };
}

// A bare PING would be answered by whoever holds the port already, so the answer must name our child's pid.
async function probeRedis(port: number, pid: number): Promise<void> {
  const info = await ask(port, 'INFO server\r\n', /process_id:\d+/);
  if (!info.includes(`process_id:${pid}\r`)) {
    throw new SwarmError(coreErrors.serverFailed, `port ${port} is held by another Redis`);
  }
}

function ask(port: number, request: string, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    let text = '';
    const fail = (why: string) => {
      socket.destroy();
      reject(new SwarmError(coreErrors.serverFailed, why));
    };
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      if (!until.test(text)) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('timeout', () => fail('it does not answer'));
    socket.on('end', () => fail('it closed the connection'));
  });
}
