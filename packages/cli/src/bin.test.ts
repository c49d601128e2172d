import { type ChildProcess, spawn } from 'node:child_process';
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
