// Whether a RabbitMQ is what the bridge needs: version, rights, exchanges. Leaves nothing behind.
import type { ChannelModel } from 'amqplib';
import { exchanges } from '../contracts/bus.ts';
import type { Finding } from '../core/checks/finding.ts';
import { errorText } from '../core/errors.ts';
import { assertExchanges, exchangeExists } from './topology.ts';

const oldest = [3, 8] as const;
const timeoutMs = 4_000;

/** Connects once. @throws what amqplib throws when nothing answers, or the login is refused */
export async function inspectRabbit(url: string): Promise<Finding[]> {
  const { connect } = await import('./library.ts');
  const model = await connect(url, { timeout: timeoutMs });
  model.on('error', () => undefined);
  try {
    return [version(model), await rights(model), ...(await topology(model))];
  } finally {
    await model.close().catch(() => undefined);
  }
}

function version(model: ChannelModel): Finding {
  const name = 'rabbitmq version';
  const text = String(model.connection.serverProperties.version);
  const [major = 0, minor = 0] = text.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) {
    return { name, state: 'ok', said: text };
  }
  return { name, state: 'fail', said: text, mend: `upgrade RabbitMQ to ${oldest.join('.')} or later` };
}

/** Declares a queue of its own, sends itself a message and gets it back. */
async function rights(model: ChannelModel): Promise<Finding> {
  const name = 'rabbitmq rights';
  const channel = await model.createConfirmChannel();
  channel.on('error', () => undefined);
  try {
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    channel.sendToQueue(queue, Buffer.from('?'));
    await channel.waitForConfirms();
    const back = await channel.get(queue, { noAck: true });
    await channel.close();
    if (back) return { name, state: 'ok', said: 'configure, write and read' };
    return {
      name,
      state: 'fail',
      said: 'a message did not come back',
      mend: 'look into the log of RabbitMQ',
    };
  } catch (thrown) {
    const mend = 'rabbitmqctl set_permissions -p VHOST USER ".*" ".*" ".*"';
    return { name, state: 'fail', said: errorText(thrown), mend };
  }
}

async function topology(model: ChannelModel): Promise<Finding[]> {
  const name = 'rabbitmq exchanges';
  const own = Object.values(exchanges).filter(({ owner }) => owner === 'swarmline');
  const there = [];
  for (const spec of own) if (await exchangeExists(model, spec.name)) there.push(spec);
  try {
    await assertExchanges(model, there);
  } catch (thrown) {
    const mend = 'delete the exchange, or give Swarmline a vhost of its own: amqp://HOST/swarmline';
    return [{ name, state: 'fail', said: errorText(thrown), mend }];
  }
  const missing = own.length - there.length;
  const said = missing === 0 ? 'all there' : `${there.length} there; ${missing} will be declared at start`;
  return [{ name, state: 'ok', said }];
}
