// `swarmline agent ack ID`: the receiver's word that a gas arrived.
import { connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export async function agentAck(
  id: string,
  options: { readonly working: boolean; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const client = await connectClient(io);
  const view = await client.acknowledge(id, options.working ? 'working' : 'accepted');
  if ('kind' in view) {
    if (options.json) io.stdout.write(`${JSON.stringify(view)}\n`);
    else io.stderr.write(`${view.text}\n`);
    return exitCodes.denied;
  }
  io.stdout.write(`${options.json ? JSON.stringify({ id, state: view.state }) : `${id}: ${view.state}`}\n`);
  return view.state === 'accepted' || view.state === 'working' ? exitCodes.ok : exitCodes.failed;
}
