// The list of all commands; a new one is one file beside this and one line here.
import type { CommandSpec } from '../spec.ts';
import { agents } from './agents.ts';
import { alerts } from './alerts.ts';
import { cancel } from './cancel.ts';
import { drone } from './drone.ts';
import { gas } from './gas.ts';
import { makeHelp } from './help.ts';
import { restart } from './restart.ts';
import { result } from './result.ts';
import { service } from './service.ts';
import { services } from './services.ts';
import { silence } from './silence.ts';
import { status } from './status.ts';
import { uptime } from './uptime.ts';

const actionsAndQuestions: readonly CommandSpec[] = [
  status,
  services,
  service,
  restart,
  agents,
  gas,
  drone,
  alerts,
  silence,
  uptime,
  result,
  cancel,
];

export const catalogue: readonly CommandSpec[] = [...actionsAndQuestions, makeHelp(actionsAndQuestions)];
