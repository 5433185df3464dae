// How to run rabbitmq-server as our child, on loopback only, with an epmd, a cookie and a node name of its own.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { coreErrors, SwarmError } from '../errors.ts';
import type { ServerRecipe } from './embedded-server.ts';
import { freePort, portOf } from './ports.ts';
import { readRemembered, remember } from './remembered-port.ts';

const run = promisify(execFile);

/** @param program absolute path of the real rabbitmq-server script, not of Debian's `su` wrapper in /usr/sbin */
export function rabbitmqRecipe(program: string): ServerRecipe {
  return {
    name: 'rabbitmq-server',
    hard: false,
    program,
    readyTimeoutMs: 90_000,
    prepare: async (dir, port) => {
      const home = join(dir, 'home');
      await mkdir(home, { recursive: true });
      await writeFile(
        join(dir, 'rabbitmq.conf'),
        `listeners.tcp.local = 127.0.0.1:${port}\nlog.console = true\nlog.file = false\n`,
      );
      await writeFile(join(dir, 'enabled_plugins'), '[].\n');
      // A broker that was killed has left its epmd behind; another one beside it on another port would leave two.
      await stopEpmd(dir);
      const epmdPort = await freePort(await readRemembered(dir, 'epmd', portOf(join(dir, 'epmd'))));
      await remember(dir, 'epmd', epmdPort);
      return {
        args: [],
        env: nodeEnv(dir, { port, epmdPort, distPort: await freePort(portOf(join(dir, 'distribution'))) }),
      };
    },
    probe: (port) => probeAmqp(port),
    cleanUp: stopEpmd,
  };
}

// epmd outlives the broker by design of Erlang; this one serves nobody else. It refuses while a broker lives.
async function stopEpmd(dir: string): Promise<void> {
  const port = await readRemembered(dir, 'epmd', 0);
  if (port > 0) await run('epmd', ['-port', String(port), '-kill']).catch(() => undefined);
}

interface NodePorts {
  readonly port: number;
  readonly epmdPort: number;
  readonly distPort: number;
}

function nodeEnv(dir: string, { port, epmdPort, distPort }: NodePorts): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin:/opt/homebrew/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C.UTF-8',
    HOME: join(dir, 'home'),
    RABBITMQ_CONF_ENV_FILE: '/nonexistent',
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
    RABBITMQ_NODENAME: 'swarmline@localhost',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_PID_FILE: join(dir, 'rabbitmq.pid'),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
}

// The first frame of the server's answer to a protocol header is a method frame, whose first byte is 1.
function probeAmqp(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    const fail = (why: string) => {
      socket.destroy();
      reject(new SwarmError(coreErrors.serverFailed, why));
    };
    socket.on('connect', () => socket.write(Buffer.from('AMQP\x00\x00\x09\x01', 'latin1')));
    socket.on('data', (chunk) => {
      if (chunk[0] !== 1) return fail('it does not speak AMQP 0-9-1');
      socket.destroy();
      resolve();
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('timeout', () => fail('it does not answer'));
    socket.on('end', () => fail('it closed the connection'));
  });
}
