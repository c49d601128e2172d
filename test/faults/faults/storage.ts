import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Center } from '../center.ts';
import { keysOf, sha256, way } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';
import { otaplan, otaplanOn } from '../otaplan.ts';
import { databaseFile } from '../server-process.ts';
import { mountSmall, noMount, type SmallDisk } from '../small-disk.ts';

export const flippedBits: Fault = {
  of: 'server',
  looksAt: [],
  name: 'a flipped bit in the database is found, not served',
  folderOnly: true,
  async run(center) {
    const keys = keysOf(20);
    await center.register(keys);
    const planId = await center.activate('2.0.0');
    for (const key of keys) {
      await center.request(key, '1.0.0');
      await center.report(key, planId, 'planReceived');
    }
    await center.stop();
    const wrong: string[] = [];
    const changes = [
      `UPDATE log SET text = replace(text, 'available', 'avaihable') WHERE text LIKE '%available%'`,
      `UPDATE plan_device SET state = replace(state, '"1.0.0"', '"1.0.1"') WHERE row % 2 = 0`,
      `UPDATE device SET versions = replace(versions, '1.0.0', '1.0.1') WHERE id % 3 = 0`,
      `UPDATE counter SET count = count + 4 WHERE name LIKE 'd.%'`,
    ];
    for (const sql of changes) {
      const db = new DatabaseSync(databaseFile(center));
      const before = mkdtempSync(path.join(tmpdir(), 'otaplan-faults-'));
      db.exec(`VACUUM INTO '${path.join(before, 'developer-center.sqlite')}'`);
      db.exec(sql);
      db.close();
      if ((await center.problems()).length === 0) wrong.push(`Not found: ${sql}`);
      rmSync(databaseFile(center));
      spawnSync('cp', [path.join(before, 'developer-center.sqlite'), databaseFile(center)]);
      rmSync(before, { recursive: true });
    }
    return { tried: changes.length, lost: 0, wrong };
  },
};

/** Lets devices report one after the other, and does something to the disk under way. */
async function reported(
  center: Center,
  count: number,
  at: (index: number) => void | Promise<void>,
): Promise<{ refused: number; lost: () => Promise<number>; wrong: string[] }> {
  const keys = keysOf(count);
  await center.register(keys);
  const planId = await center.activate('2.0.0');
  const acknowledged = new Map<string, number>();
  const wrong: string[] = [];
  let refused = 0;
  for (const [index, key] of keys.entries()) {
    await at(index);
    await center.request(key, '1.0.0');
    for (const [step, status] of way.entries()) {
      const answer = await center.report(key, planId, status);
      const applied = answer.status === 200 && answer.json.results[0].result === 'applied';
      if (applied) acknowledged.set(key, step + 1);
      else if (answer.status === 507 || answer.status === 503) refused++;
      else if (answer.status !== 200) wrong.push(`Answered with ${answer.status}: ${answer.json?.detail}`);
    }
  }
  if (refused === 0) wrong.push('Nothing was ever refused.');
  const lost = async () => {
    let count = 0;
    for (const [key, steps] of acknowledged) {
      const [status = ''] = await center.statuses(planId, key);
      if (way.indexOf(status) + 1 < steps) count++;
    }
    return count;
  };
  return { refused, lost, wrong };
}

/** On a small disk of its own; verified in the end. */
async function onSmallDisk(work: (center: Center, disk: SmallDisk) => Promise<Outcome>): Promise<Outcome> {
  const disk = mountSmall('6m');
  const folder = path.join(disk.at, 'center');
  mkdirSync(folder);
  const center = new Center(null, folder);
  try {
    await center.start();
    const { wrong, ...outcome } = await work(center, disk);
    await center.stop();
    const problems = [...wrong, ...(await center.problems()), ...center.leaks()];
    return { ...outcome, wrong: problems.slice(0, 5) };
  } finally {
    await center.end();
    disk.unmount();
  }
}

export const diskFull: Fault = {
  of: 'server',
  looksAt: ['I1', 'I10'],
  name: 'disk full, then room again',
  folderOnly: true,
  skip: noMount,
  run: () =>
    onSmallDisk(async (center, disk) => {
      const { refused, lost, wrong } = await reported(center, 50, (index) => {
        if (index === 10) disk.fill();
        if (index === 30) disk.free();
      });
      await center.stop();
      await center.start();
      return { tried: refused, lost: await lost(), wrong };
    }),
};

export const readOnlyDisk: Fault = {
  of: 'server',
  looksAt: ['I1', 'I10'],
  name: 'the disk is read-only at start: it says so, changes nothing, and starts when it can be written again',
  folderOnly: true,
  skip: noMount,
  run: () =>
    onSmallDisk(async (center, disk) => {
      const wrong: string[] = [];
      const keys = keysOf(20);
      await center.register(keys);
      const planId = await center.activate('2.0.0');
      for (const key of keys) await center.goes(key, planId, '1.0.0', null);
      await center.stop();
      disk.readOnly(true);
      const { code, stderr } = await otaplan('server', '--data', center.folder, '--port', '0');
      if (code !== 1 || !/cannot be written/.test(stderr)) wrong.push(`Start on it: ${code} ${stderr}`);
      disk.readOnly(false);
      await center.start();
      let lost = 0;
      for (const key of keys) if ((await center.statuses(planId, key)).join() !== 'upgrading') lost++;
      return { tried: 1, lost, wrong };
    }),
};

export const filesFull: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2', 'I10'],
  name: 'no room for a package file: it is refused whole, and taken when there is room',
  skip: noMount,
  async run(center) {
    const disk = mountSmall('6m');
    const wrong: string[] = [];
    try {
      await center.stop();
      rmSync(path.join(center.folder, 'files'), { recursive: true, force: true });
      symlinkSync(disk.at, path.join(center.folder, 'files'));
      await center.start();
      await center.addPackage('1.0.0');
      const bytes = randomBytes(3_000_000);
      const files = [{ name: 'fw.bin', size: bytes.length, sha256: sha256(bytes) }];
      const about = { name: 'FOTA 2.0.0', type: 'module', version: '2.0.0', sourceVersion: null, files };
      const { json } = await center.call('POST', '/ota/v1/packages', about);
      const put = () =>
        center.call('PUT', `/ota/v1/packages/${json.id}/files/fw.bin`, bytes, {
          'Content-Type': 'application/octet-stream',
        });
      disk.fill();
      const refused = await put().catch(() => ({ status: 0 }));
      if (refused.status !== 507) wrong.push(`Without room it was answered with ${refused.status}.`);
      const between = await center.call('GET', `/ota/v1/packages/${json.id}`);
      if (between.json.complete !== false) wrong.push('The package counts as complete.');
      disk.free();
      const taken = await put();
      if (taken.status !== 200) wrong.push(`With room it was answered with ${taken.status}.`);
      await center.stop();
      // Where verification finds them.
      rmSync(path.join(center.folder, 'files'));
      cpSync(disk.at, path.join(center.folder, 'files'), { recursive: true });
    } finally {
      await center.stop();
      disk.unmount();
    }
    return { tried: 1, lost: 0, wrong };
  },
};

export const backupWhileWriting: Fault = {
  of: 'server',
  looksAt: ['I1'],
  name: 'backup while writing, then restore',
  async run(center, { kills }) {
    const wrong: string[] = [];
    const keys = keysOf(500);
    await center.register(keys);
    const planId = await center.activate('2.0.0');
    let writing = true;
    const acknowledged = new Set<string>();
    let failure: string | null = null;
    const load = (async () => {
      for (const key of keys) {
        if (!writing) return;
        await center.request(key, '1.0.0');
        for (const status of way) await center.report(key, planId, status);
        acknowledged.add(key);
      }
    })().catch((error: unknown) => {
      const { exitCode, signalCode } = center.process ?? {};
      failure = `A call failed: ${String(error)}; the server: ${exitCode ?? 'runs'} ${signalCode ?? ''}`;
    });
    const times = Math.max(1, Math.min(5, Math.round(kills / 20)));
    let lost = 0;
    for (let time = 0; time < times; time++) {
      await pause(300);
      const before = [...acknowledged];
      const [backup, restored] = [`${center.folder}-backup${time}`, `${center.folder}-restored${time}`];
      const made = await otaplanOn(center.database, 'server', 'backup', backup, '--data', center.folder);
      if (made.code !== 0) wrong.push(made.stderr);
      const copy = await center.beside(restored);
      const back = await otaplanOn(copy.database, 'server', 'restore', backup, '--data', restored);
      if (back.code !== 0) wrong.push(back.stderr);
      await copy.start();
      for (const key of before) if ((await copy.statuses(planId, key))[0] !== 'upgrading') lost++;
      await copy.stop();
      wrong.push(...(await copy.problems()));
      for (const folder of [backup, restored]) rmSync(folder, { recursive: true, force: true });
    }
    writing = false;
    await load;
    if (failure !== null) wrong.push(failure);
    return { tried: times, lost, wrong: wrong.slice(0, 5) };
  },
};

export const strayFiles: Fault = {
  of: 'server',
  looksAt: ['I10'],
  name: 'a truncated database file is refused or found',
  folderOnly: true,
  async run(center) {
    const copy = mkdtempSync(path.join(tmpdir(), 'otaplan-faults-'));
    writeFileSync(path.join(copy, 'developer-center.sqlite'), Buffer.alloc(10_000, 7));
    const { code, stderr } = await otaplan('server', '--data', copy, '--port', '0');
    rmSync(copy, { recursive: true });
    const told = code === 1 && /damaged/.test(stderr) && !/ at .*:\d+/.test(stderr);
    await center.register(keysOf(1));
    return { tried: 1, lost: 0, wrong: told ? [] : [`${code}: ${stderr}`] };
  },
};
