// The list of all commands; a new one is one file beside this and one line here.
import type { CommandSpec } from '../spec.ts';
import { agents } from './agents.ts';
import { alerts } from './alerts.ts';
import { approvals, approve, deny } from './approvals.ts';
import { drone } from './drone.ts';
import { gas } from './gas.ts';
import { makeHelp } from './help.ts';
import { restart } from './restart.ts';
import { services } from './services.ts';
import { silence } from './silence.ts';
import { status } from './status.ts';

const actionsAndQuestions: readonly CommandSpec[] = [
  status,
  services,
  restart,
  agents,
  gas,
  drone,
  alerts,
  silence,
  approvals,
  approve,
  deny,
];

export const catalogue: readonly CommandSpec[] = [...actionsAndQuestions, makeHelp(actionsAndQuestions)];
