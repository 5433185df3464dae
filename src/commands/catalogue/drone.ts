// `drone [id]`: what the drones last said, and how long ago.

import type { AnswerRow } from '../../contracts/chat.ts';
import type { DroneView } from '../../contracts/drones.ts';
import { plainText } from '../../core/text.ts';
import { counted, formatAge } from '../render.ts';
import type { CommandPorts, Question } from '../spec.ts';

/** A status older than this is told as stale, ms. */
export const staleAfterMs = 5_000;

export const drone: Question = {
  kind: 'question',
  name: 'drone',
  description: 'Link, battery, flight and video of the drones',
  args: [{ name: 'id', description: 'Only this drone', required: false, candidates: droneIds }],
  example: 'drone demo-1',
  answer: async ({ args }, ports) => {
    const now = ports.clock.now();
    const wanted = args['id']?.toLowerCase();
    const all = await ports.drones.drones();
    const views = all.filter(({ status }) => wanted === undefined || status.drone.toLowerCase() === wanted);
    const rows = views.map((view) => droneRow(view, now));
    const known = all.map(({ status }) => status.drone).join(', ');
    return {
      title:
        views.length > 0
          ? counted(views.length, 'drone')
          : `Unknown: no status${args['id'] === undefined ? '' : ` of ${plainText(args['id'], 64)}`} was ever received`,
      tone: rows.length > 0 && rows.every(({ tone }) => tone === 'ok') ? 'ok' : 'warn',
      rows,
      ...(views.length === 0 && known !== '' ? { note: `Heard of: ${known}.` } : {}),
      data: { drones: views },
    };
  },
};

/** Every drone ever heard of. */
export async function droneIds(ports: CommandPorts): Promise<readonly string[]> {
  return (await ports.drones.drones()).map(({ status }) => status.drone);
}

/** One line on a drone; a figure that the drone did not tell is unknown. */
export function droneRow({ status, seenAt }: DroneView, now: number): AnswerRow {
  const stale = now - seenAt > staleAfterMs;
  const told = [
    `link ${status.link}`,
    `battery ${status.batteryPercent === null ? 'unknown' : `${Math.round(status.batteryPercent)} %`}`,
    status.flying === null ? 'flight unknown' : status.flying ? 'flying' : 'on the ground',
    `altitude ${status.altitudeM === null ? 'unknown' : `${status.altitudeM.toFixed(1)} m`}`,
    `video ${status.video ?? 'unknown'}`,
  ].join(', ');
  return {
    label: status.drone,
    value: stale ? `stale ${formatAge(now - seenAt)}; last: ${told}` : told,
    ageMs: now - seenAt,
    tone: stale || status.link === 'lost' ? 'bad' : 'ok',
  };
}
