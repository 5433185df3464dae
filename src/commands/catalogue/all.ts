// The list of all commands; a new one is one file beside this and one line here.
import type { CommandSpec } from '../spec.ts';
import { agent } from './agent.ts';
import { agents } from './agents.ts';
import { alerts } from './alerts.ts';
import { drone } from './drone.ts';
import { gas } from './gas.ts';
import { gasPause, gasResume } from './gas-pause.ts';
import { gasReassign } from './gas-reassign.ts';
import { gasSend } from './gas-send.ts';
import { gasSkip } from './gas-skip.ts';
import { makeHelp } from './help.ts';
import { broadcast, message } from './message.ts';
import { restart } from './restart.ts';
import { services } from './services.ts';
import { silence } from './silence.ts';
import { status } from './status.ts';

const actionsAndQuestions: readonly CommandSpec[] = [
  status,
  services,
  restart,
  agents,
  agent,
  message,
  broadcast,
  gas,
  gasSend,
  gasPause,
  gasResume,
  gasSkip,
  gasReassign,
  drone,
  alerts,
  silence,
];

export const catalogue: readonly CommandSpec[] = [...actionsAndQuestions, makeHelp(actionsAndQuestions)];
