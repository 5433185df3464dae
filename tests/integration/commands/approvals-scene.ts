// A scene for what waits for a second person: who may approve what, and where it is shown.
import { createPolicy, type Policy } from '../../../src/access/index.ts';
import type { Identity, Report } from '../../../src/contracts/chat.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { createScene, policyDocument, type SceneOptions } from './scene.ts';

export const carol: Identity = { surface: 'discord', id: '555', name: 'Carol' };
export const crowd = Array.from(
  { length: 50 },
  (_, i): Identity => ({
    surface: 'twitch',
    id: `9${i}`,
    name: `fan${i}`,
  }),
);
const document = {
  ...policyDocument,
  roles: { ...policyDocument.roles, approver: ['ask', 'approve:service.restart:*'] },
  people: {
    ...policyDocument.people,
    carol: { role: 'approver', identities: ['discord:555'] },
    ...Object.fromEntries(
      crowd.map(({ id, name }) => [name, { role: 'approver', identities: [`twitch:${id}`] }]),
    ),
  },
};
type Document = Parameters<typeof createPolicy>[0] & typeof document;
export const policyOf = (change: (given: Document) => object = (given) => given): Policy =>
  createPolicy(change(document));

const places = [
  { surface: 'discord', place: 'ops' },
  { surface: 'twitch', place: 'swarm' },
] as const;

export function open(redis: Redis, prefix: string, options: SceneOptions = {}) {
  const scene = createScene(redis, prefix, { policy: policyOf(), places, ...options });
  const orders = () => scene.jobs.orders.filter((order) => nameOf(order) === 'service.restart');
  const reports = (): Report[] => scene.jobs.orders.flatMap((order) => (isReport(order) ? [order.body] : []));
  return { ...scene, orders, reports };
}

function nameOf(order: unknown): unknown {
  return typeof order === 'object' && order !== null && 'name' in order ? order.name : undefined;
}

function isReport(order: unknown): order is { readonly body: Report } {
  return nameOf(order) === 'chat.report';
}

export const placesOf = (reports: readonly Report[]) =>
  reports.map(({ to }) => `${to.surface}:${to.place}`).toSorted();
