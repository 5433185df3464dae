// The metric catalogue: every name with its meaning and its bound. A label never carries an id, an argument or a person.
import type { MetricCatalogue, Metrics, SetGauge } from '../core/metrics/index.ts';
import { deliveryStates } from './agents.ts';
import { surfaces } from './chat.ts';
import { jobCatalogue } from './jobs.ts';

export const metricsPrefix = 'swarmline_';

const jobs = Object.keys(jobCatalogue);
/** From a question answered out of memory to a restart with all its patience, s. */
const answerBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const workBuckets = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 45];
const waitBuckets = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 300, 3_600];

/** How one use of a command ended: the kind of its reply, or why it was refused. */
const commandVerdicts = [
  ...['answer', 'confirm', 'accepted', 'dropped'],
  ...['empty', 'unknown-command', 'bad-argument', 'denied', 'no-confirmation', 'decided', 'limited'],
  ...['unavailable', 'id-reused'],
] as const;
const jobOutcomes = ['done', 'repeated', 'retried', 'failed', 'handed-back'] as const;
export type JobRunOutcome = (typeof jobOutcomes)[number];
const componentStates = ['idle', 'starting', 'ready', 'draining', 'stopped', 'failed'];

export const metricCatalogue = {
  build_info: {
    type: 'gauge',
    help: 'Always 1; which build runs',
    labels: { version: 4, node: 4 },
  },
  commands_total: {
    type: 'counter',
    help: 'Uses of commands by how they ended; "unknown" is a word that is no command',
    labels: { command: 40, surface: surfaces, verdict: commandVerdicts },
  },
  command_duration_seconds: {
    type: 'histogram',
    help: 'From a command to its reply',
    labels: { surface: surfaces },
    buckets: answerBuckets,
  },
  orders_total: {
    type: 'counter',
    help: 'Orders by where they were kept: in the queue, on disk while Redis is away, nowhere as a copy of another',
    labels: { job: jobs, kept: ['queue', 'disk', 'copy', 'refused'] },
  },
  jobs_total: {
    type: 'counter',
    help: 'Runs of jobs by how they ended; retried ones run again, failed ones do not',
    labels: { job: jobs, outcome: jobOutcomes },
  },
  job_duration_seconds: {
    type: 'histogram',
    help: 'One run of a job',
    labels: { job: jobs },
    buckets: workBuckets,
  },
  job_wait_seconds: {
    type: 'histogram',
    help: 'From the enqueueing of a job to its first run',
    labels: { job: jobs },
    buckets: waitBuckets,
  },
  queue_jobs: {
    type: 'gauge',
    help: 'Jobs in a queue, of the whole fleet',
    labels: { queue: 20, state: ['waiting', 'delayed', 'active', 'failed'] },
  },
  queue_oldest_waiting_seconds: {
    type: 'gauge',
    help: 'Age of the job that has waited longest; 0 where none waits',
    labels: { queue: 20 },
  },
  restarts_total: {
    type: 'counter',
    help: 'Restarts of services by how they ended',
    labels: { outcome: ['ready', 'sent', 'failed', 'expired', 'unknown'] },
  },
  restart_duration_seconds: {
    type: 'histogram',
    help: 'From the order of a restart to its end',
    labels: { outcome: ['ready', 'sent', 'failed', 'expired', 'unknown'] },
    buckets: workBuckets,
  },
  gas_deliveries_total: {
    type: 'counter',
    help: 'Deliveries of gas that reached a state',
    labels: {
      checkpoint: ['75', '90', '100', 'scheduled', 'person'],
      state: deliveryStates,
    },
  },
  bus_messages_total: {
    type: 'counter',
    help: 'Messages on RabbitMQ; garbage does not fit its schema',
    labels: {
      exchange: 8,
      direction: ['sent', 'received'],
      result: ['routed', 'unroutable', 'unsent', 'unconfirmed', 'handled', 'garbage', 'failed'],
    },
  },
  errors_total: {
    type: 'counter',
    help: 'Faults by their code',
    labels: { code: 100, class: 12 },
  },
  link_up: { type: 'gauge', help: '1 while the link is up or on standby', labels: { link: 12 } },
  link_proof_age_seconds: {
    type: 'gauge',
    help: 'Since the far side of a link last proved to be alive',
    labels: { link: 12 },
  },
  component_state: {
    type: 'gauge',
    help: '1 for the state that a part of the process is in',
    labels: { component: 40, state: componentStates },
  },
  component_braked: {
    type: 'gauge',
    help: '1 while the crash-loop brake holds a part down',
    labels: { component: 40 },
  },
  component_restarts_total: {
    type: 'counter',
    help: 'Starts of a part again, after it failed or by order',
    labels: { component: 40 },
  },
  breaker_state: {
    type: 'gauge',
    help: '1 for the state that a circuit breaker is in',
    labels: { breaker: 40, state: ['closed', 'open', 'half-open'] },
  },
  service_ready: {
    type: 'gauge',
    help: '1 while a sidecar of a service is heard and says that it is ready',
    labels: { service: 50 },
  },
  service_cpu_ratio: {
    type: 'gauge',
    help: 'Share of one core that the programs of a service use, all instances together, with all that they started',
    labels: { service: 50 },
  },
  service_resident_memory_bytes: {
    type: 'gauge',
    help: 'Memory that the programs of a service use, all instances together, with all that they started',
    labels: { service: 50 },
  },
  process_cpu_ratio: {
    type: 'gauge',
    help: 'Share of one core in the last interval of 5 s',
    labels: { process: 8 },
  },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory in use', labels: { process: 8 } },
  process_open_handles: { type: 'gauge', help: 'Open file descriptors', labels: { process: 8 } },
  process_loop_delay_seconds: {
    type: 'gauge',
    help: 'Delay of the event loop, 99th percentile of the last interval of 5 s',
    labels: { process: 8 },
  },
} as const satisfies MetricCatalogue;

/** All metrics of a process, as who serves them sees them. */
export type PlatformMetrics = Metrics<typeof metricCatalogue>;
export type SetPlatformGauge = SetGauge<typeof metricCatalogue>;
/** What a feature gets to count with. */
export type Meter = Pick<PlatformMetrics, 'count' | 'observe'>;
