import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Center, keysOf, otaplan, way } from '../center.ts';
import type { Fault } from '../fault.ts';

const file = (center: Center) => path.join(center.folder, 'developer-center.sqlite');

export const newerDatabase: Fault = {
  of: 'server',
  looksAt: [],
  name: 'a database of a newer version is refused, and stays as it is',
  folderOnly: true,
  async run(center) {
    await center.register(keysOf(1));
    await center.stop();
    const db = new DatabaseSync(file(center));
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    db.exec('PRAGMA user_version = 1000');
    db.close();
    const wrong: string[] = [];
    for (const args of [[], ['verify']]) {
      const { code, stderr } = await otaplan('server', ...args, '--data', center.folder, '--port', '0');
      if (code !== 1 || !/newer version/.test(stderr)) wrong.push(`${args}: ${code} ${stderr}`);
    }
    const again = new DatabaseSync(file(center));
    again.exec(`PRAGMA user_version = ${version}`);
    again.close();
    await center.start();
    return { tried: 2, lost: 0, wrong };
  },
};

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
      const db = new DatabaseSync(file(center));
      const before = mkdtempSync(path.join(tmpdir(), 'otaplan-faults-'));
      db.exec(`VACUUM INTO '${path.join(before, 'developer-center.sqlite')}'`);
      db.exec(sql);
      db.close();
      if ((await center.problems()).length === 0) wrong.push(`Not found: ${sql}`);
      rmSync(file(center));
      spawnSync('cp', [path.join(before, 'developer-center.sqlite'), file(center)]);
      rmSync(before, { recursive: true });
    }
    return { tried: changes.length, lost: 0, wrong };
  },
};

let mounted: string | null = null;
function unmount(): void {
  if (mounted === null) return;
  spawnSync('umount', [mounted]);
  rmSync(mounted, { recursive: true, force: true });
  mounted = null;
}

export const diskFull: Fault = {
  of: 'server',
  looksAt: [],
  name: 'disk full, then room again',
  folderOnly: true,
  skip() {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux, for a small file system';
    const at = mkdtempSync(path.join(tmpdir(), 'otaplan-full-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', at]);
    if (status !== 0) {
      rmSync(at, { recursive: true });
      return 'a file system cannot be mounted here';
    }
    mounted = at;
    return null;
  },
  async run() {
    const wrong: string[] = [];
    const folder = path.join(mounted ?? '', 'center');
    mkdirSync(folder);
    const center = new Center(null, folder);
    try {
      await center.start();
      const keys = keysOf(50);
      await center.register(keys);
      const planId = await center.activate('2.0.0');
      const acknowledged = new Map<string, number>();
      const filler = path.join(mounted ?? '', 'filler');
      let refused = 0;
      for (const [index, key] of keys.entries()) {
        if (index === 10) spawnSync('sh', ['-c', `cat /dev/zero > '${filler}'`]);
        if (index === 30) rmSync(filler);
        await center.request(key, '1.0.0');
        for (const [step, status] of way.entries()) {
          const answer = await center.report(key, planId, status);
          const applied = answer.status === 200 && answer.json.results[0].result === 'applied';
          if (applied) acknowledged.set(key, step + 1);
          else if (answer.status === 507) refused++;
          else if (answer.status !== 200) wrong.push(`Answered with ${answer.status}.`);
        }
        if (index === 30) await pause(100);
      }
      // The write-ahead log has room of its own at first; so fill on until it is refused.
      if (refused === 0) wrong.push('The disk was never full.');
      await center.stop();
      await center.start();
      let lost = 0;
      for (const [key, steps] of acknowledged) {
        const [status = ''] = await center.statuses(planId, key);
        if (way.indexOf(status) + 1 < steps) lost++;
      }
      await center.stop();
      wrong.push(...(await center.problems()));
      return { tried: refused, lost, wrong: wrong.slice(0, 5) };
    } finally {
      await center.end();
      unmount();
    }
  },
};

export const backupWhileWriting: Fault = {
  of: 'server',
  looksAt: [],
  name: 'backup while writing, then restore',
  folderOnly: true,
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
      const made = await otaplan('server', 'backup', backup, '--data', center.folder);
      if (made.code !== 0) wrong.push(made.stderr);
      const back = await otaplan('server', 'restore', backup, '--data', restored);
      if (back.code !== 0) wrong.push(back.stderr);
      const copy = new Center(null, restored);
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
  looksAt: [],
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
