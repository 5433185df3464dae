// The list of all commands; a new one is one file beside this and one line here.
import type { CommandSpec } from '../spec.ts';
import { agents } from './agents.ts';
import { alerts } from './alerts.ts';
import { drone } from './drone.ts';
import { gas } from './gas.ts';
import { makeHelp } from './help.ts';
import { queueDead, queueShow } from './queue-dead.ts';
import { queueDrain, queuePause, queueResume } from './queue-hold.ts';
import { queueDiscard, queueRedrive, queueRedriveAll } from './queue-letters.ts';
import { queueStatus } from './queue-status.ts';
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
  queueStatus,
  queueDead,
  queueShow,
  queuePause,
  queueDrain,
  queueResume,
  queueRedrive,
  queueRedriveAll,
  queueDiscard,
];

export const catalogue: readonly CommandSpec[] = [...actionsAndQuestions, makeHelp(actionsAndQuestions)];
