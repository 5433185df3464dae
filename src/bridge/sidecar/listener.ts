// Who listens on a TCP port of 127.0.0.1: that something accepts there does not prove that it is our program.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Clock } from '../../core/clock.ts';

/** Whether anything accepts connections on 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Waits at most `withinMs` for whoever holds the port to let go; resolves to whether it is free. */
export async function becomesFree(clock: Clock, port: number, withinMs: number): Promise<boolean> {
  const late = clock.now() + withinMs;
  while (await accepts(port)) {
    if (clock.now() >= late) return false;
    await clock.sleep(pollMs);
  }
  return true;
}

/**
 * Whether the listener belongs to the process group `group`, or to what one of its processes started. Only Linux tells,
 * of processes that we may look into; else it is true, and that the port was free before the start must do.
 */
export async function listens(group: number, port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const sockets = await listeningSockets(port);
  for (const pid of await family(group)) {
    const files = await openFiles(pid);
    if (files === null || files.some((file) => sockets.has(file))) return true;
  }
  return false;
}

// 127.0.0.1, any IPv4 address, or any IPv6 address, as the kernel prints them in the machine's byte order.
const answersLoopback = /^(0{8}|0{32}|(0{16}(FFFF0000|0000FFFF))?(0100007F|7F000001))$/;
const listening = '0A';
const pollMs = 50;

async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  for (const table of ['tcp', 'tcp6']) {
    const lines = (await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')).split('\n').slice(1);
    const sockets = lines.flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const [address = '', hexPort = ''] = local.split(':');
      const matches = state === listening && Number.parseInt(hexPort, 16) === port;
      return matches && answersLoopback.test(address) ? [`socket:[${inode}]`] : [];
    });
    // What listens on IPv6 as well hears 127.0.0.1 only where nobody listens on IPv4.
    if (sockets.length > 0) return new Set(sockets);
  }
  return new Set();
}

/** The members of a process group and all their descendants. */
async function family(group: number): Promise<ReadonlySet<number>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(relatives))).flat();
  const found = new Set(all.flatMap(({ pid, pgrp }) => (pgrp === group ? [pid] : [])));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return found;
}

async function relatives(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The command name in field 2 may hold spaces and brackets; the fields after it are plain: state, parent, group.
  const [, parent, pgrp] = stat === null ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return parent === undefined ? [] : [{ pid, parent: Number(parent), pgrp: Number(pgrp) }];
}

/** What a process has open; null where we may not look, as into one with privileges of its own. */
async function openFiles(pid: number): Promise<readonly string[] | null> {
  const files = await readdir(`/proc/${pid}/fd`).catch((thrown: unknown) =>
    thrown instanceof Error && 'code' in thrown && thrown.code === 'EACCES' ? null : [],
  );
  return files && Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
}
