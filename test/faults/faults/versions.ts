import { DatabaseSync } from 'node:sqlite';
import { layDown, oldMoment, oldPostgres, oldSqlite } from '@otaplan/developer-center/testing/old-databases';
import { Client } from 'pg';
import type { Center } from '../center.ts';
import type { Fault } from '../fault.ts';
import { reportsOf } from '../load.ts';
import { otaplanOn } from '../otaplan.ts';
import { databaseFile } from '../server-process.ts';

/** The version of the schema, and sets another. */
async function schema(center: Center, to?: number): Promise<number> {
  if (center.database === null) {
    const db = new DatabaseSync(databaseFile(center));
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (to !== undefined) db.exec(`PRAGMA user_version = ${to}`);
    db.close();
    return version;
  }
  const client = new Client({ connectionString: center.database });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: number }>('SELECT version FROM otaplan_schema');
    if (to !== undefined) await client.query('UPDATE otaplan_schema SET version = $1', [to]);
    return Number(rows[0]?.version);
  } finally {
    await client.end();
  }
}

export const newerDatabase: Fault = {
  of: 'server',
  looksAt: ['I10'],
  name: 'a database of a newer version is refused, and stays as it is',
  async run(center) {
    await center.stop();
    const version = await schema(center, 1000);
    const wrong: string[] = [];
    for (const args of [[], ['verify']]) {
      const all = ['server', ...args, '--data', center.folder, '--port', '0'];
      const { code, stderr } = await otaplanOn(center.database, ...all);
      if (code !== 1 || !/newer version/.test(stderr)) wrong.push(`${args}: ${code} ${stderr}`);
    }
    if ((await schema(center, version)) !== 1000) wrong.push('It was changed.');
    await center.start();
    return { tried: 2, lost: 0, wrong };
  },
};

/** Opens one that an older version wrote, looks whether all is there, and lets its devices go on. */
async function broughtForward(name: string, center: Center): Promise<{ lost: number; wrong: string[] }> {
  const wrong: string[] = [];
  let lost = 0;
  const old = await layDown(name, center.folder, center.database);
  try {
    await center.setClock(oldMoment);
    // Killed at random while it brings the tables forward: that is one transaction.
    for (let kill = 0; kill < 3; kill++) await center.killWhileStarting(Math.random() * 600);
    await center.start();
    for (const [key, status] of Object.entries(old.statuses)) {
      const [is] = await center.statuses(old.planId, key);
      const log = await center.call('GET', `/ota/v1/plans/${old.planId}/devices/${key}/log?limit=500`);
      if (is !== status || log.json.items.length !== old.logs[key]) {
        lost++;
        wrong.push(`${name}: ${key} stands at ${is} with ${log.json.items.length} lines.`);
      }
    }
    const { json } = await center.call('GET', `/ota/v1/plans/${old.planId}/summary`);
    for (const [what, count] of Object.entries(old.summary))
      if (json.devices[what] !== count) wrong.push(`${name}: ${what} counts ${json.devices[what]}.`);
    const all = await center.call('GET', '/ota/v1/plans');
    if (all.json.items.length !== 2) wrong.push(`${name}: there are ${all.json.items.length} plans.`);
    // Who was downloading and who was not reached yet go on to the end.
    for (const key of ['FAULT000003', 'FAULT000006']) {
      for (const report of reportsOf(key, old.planId, '1.0.0', '2.0.0'))
        await center.device(key, 'POST', 'reports', { reports: [report] });
      const [is] = await center.statuses(old.planId, key);
      if (is !== 'upgradeSucceeded') wrong.push(`${name}: ${key} went on to ${is}.`);
    }
    await center.stop();
    for (const problem of [...(await center.problems()), ...center.leaks()]) wrong.push(`${name}: ${problem}`);
  } finally {
    await center.stop();
  }
  return { lost, wrong };
}

export const olderDatabases: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2'],
  name: 'a database of each older version is brought forward, also when it is killed meanwhile',
  async run(center) {
    const names = center.database === null ? oldSqlite : oldPostgres;
    let lost = 0;
    const wrong: string[] = [];
    for (const name of names) {
      const old = await center.beside();
      try {
        const found = await broughtForward(name, old);
        lost += found.lost;
        wrong.push(...found.wrong);
      } finally {
        await old.end();
      }
    }
    return { tried: names.length, lost, wrong };
  },
};
