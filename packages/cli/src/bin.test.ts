import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import { folder } from './testing.ts';

/** The door of the installed command, on a Node that is too old for it: it goes on with the one that the workspace brings along. */
const bin = join(import.meta.dirname, '../bin/otaplan.js');
vi.setConfig({ testTimeout: 60_000 });

const cwd = folder({
  // Only the door looks at its version, and the Node it starts does not get this.
  // Says at the end which parts of the bundle were loaded.
  'loaded.cjs': `process.on('exit', () => {
    const names = Object.keys(require.cache).map((file) => require('node:path').basename(file));
    process.stderr.write('loaded ' + names.join(' '));
  });`,
  'right.otaplan': 'product meter {\n  key "p1"\n  component modem: module "FOTA"\n}\n',
  'wrong.otaplan': 'produkt meter {\n  key "p1"\n}\n',
  'listed.otaplan':
    'product meter {\n  key "p1"\n  component modem: module "FOTA"\n}\n\ndevices all of meter from "all.csv"\n',
  'all.csv': 'device_key,place\n866123040000013,Berlin\n',
  'old.cjs': "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } });",
});

function onOldNode(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--require', join(cwd, 'old.cjs'), bin, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('on an old Node', () => {
  it('hands arguments on, and the exit code back', async () => {
    writeFileSync(join(cwd, 'a.otaplan'), 'plan "x" {\n}\n');
    const [code] = await once(onOldNode('check', 'a.otaplan'), 'close');
    expect(code).toBe(1);
    const [usage] = await once(onOldNode('nonsense'), 'close');
    expect(usage).toBe(2);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'passes %s on: nothing is left running, and the end is clean',
    async (signal) => {
      const child = onOldNode('server', '--data', join(cwd, signal), '--port', '0');
      const { stdout } = child;
      if (!stdout) throw new Error('no stdout');
      const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string];
      const { url } = JSON.parse(line) as { url: string };
      expect((await fetch(`${url}/ota/v1/openapi.json`)).status).toBe(200);
      child.kill(signal);
      const [code] = await once(child, 'close');
      expect(code).toBe(0);
      await expect(fetch(`${url}/ota/v1/openapi.json`)).rejects.toThrow();
    },
  );
});

describe('a check', () => {
  function check(file: string): { status: number | null; stdout: string; loaded: string } {
    const args = ['--require', join(cwd, 'loaded.cjs'), bin, 'check', file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    return { status, stdout, loaded: stderr };
  }
  const onDemand = /langium-side|device-table/;

  it('loads neither Langium nor the CSV library for a right text', () => {
    const { status, loaded } = check('right.otaplan');
    expect(status).toBe(0);
    expect(loaded).toMatch(/^loaded .*otaplan\.cjs/);
    expect(loaded).not.toMatch(onDemand);
  });

  it('loads Langium for a text with mistakes, and says what is wrong', () => {
    const { status, stdout, loaded } = check('wrong.otaplan');
    expect(status).toBe(1);
    expect(stdout).toContain('SYN');
    expect(loaded).toMatch(/langium-side/);
  });

  it('loads the CSV library for a list with several columns, and reads its keys', () => {
    const { status, stdout, loaded } = check('listed.otaplan');
    expect(status).toBe(0);
    expect(stdout).not.toContain('all.csv');
    expect(loaded).toMatch(/device-table/);
  });
});
