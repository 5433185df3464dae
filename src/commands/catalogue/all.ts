// The list of all commands; a new one is one file beside this and one line here.
import type { CommandSpec } from '../spec.ts';
import { agent } from './agent.ts';
import { agents } from './agents.ts';
import { alerts } from './alerts.ts';
import { approvals, approve, deny } from './approvals.ts';
import { makeAudit } from './audit.ts';
import { brainNote, brainSearch } from './brain.ts';
import { cancel } from './cancel.ts';
import { drone } from './drone.ts';
import { gas } from './gas.ts';
import { gasBoard } from './gas-board.ts';
import { gasExplain } from './gas-explain.ts';
import { gasPause, gasResume } from './gas-pause.ts';
import { gasReassign } from './gas-reassign.ts';
import { gasSend } from './gas-send.ts';
import { gasSkip } from './gas-skip.ts';
import { grant, grantRole } from './grant.ts';
import { makeHelp } from './help.ts';
import { link, unlink } from './link.ts';
import { answer, broadcast, message } from './message.ts';
import { queueDead, queueShow } from './queue-dead.ts';
import { queueDrain, queuePause, queueResume } from './queue-hold.ts';
import { queueDiscard, queueRedrive, queueRedriveAll } from './queue-letters.ts';
import { queueStatus } from './queue-status.ts';
import { makeRestart, type RestartReach } from './restart.ts';
import { revoke, revokeRole } from './revoke.ts';
import { services } from './services.ts';
import { silence } from './silence.ts';
import { status } from './status.ts';
import { whoami } from './whoami.ts';
import { makeWhy } from './why.ts';
import { makeResult } from './result.ts';
import { service } from './service.ts';
import { heal, onboardHard, onboardSoft, unstall } from './unstall.ts';
import { uptime } from './uptime.ts';

const upToService: readonly CommandSpec[] = [status, services, service];

const others: readonly CommandSpec[] = [
  agents,
  agent,
  message,
  answer,
  broadcast,
  unstall,
  heal,
  onboardSoft,
  onboardHard,
  gas,
  gasBoard,
  gasExplain,
  gasSend,
  gasPause,
  gasResume,
  gasSkip,
  gasReassign,
  brainSearch,
  brainNote,
  drone,
  alerts,
  makeAudit(() => catalogue),
  silence,
  whoami,
  link,
  unlink,
  grant,
  grantRole,
  revoke,
  revokeRole,
  uptime,
  cancel,
  queueStatus,
  queueDead,
  queueShow,
  queuePause,
  queueDrain,
  queueResume,
  queueRedrive,
  queueRedriveAll,
  queueDiscard,
  approvals,
  approve,
  deny,
];

export const catalogue: readonly CommandSpec[] = catalogueFor({});

/** The list where an order may reach more than it names. */
export function catalogueFor(reach: RestartReach): readonly CommandSpec[] {
  const named = [...upToService, makeRestart(reach), ...others];
  const told = [...named, makeResult(named)];
  const explained = [...told, ...makeWhy(told)];
  return [...explained, makeHelp(explained)];
}
