/** The simulator as a process of its own, and what the two processes use while they run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cpuSeconds, residentMb } from '../bench/processes.ts';
import type { Center } from '../faults/center.ts';

const command = path.join(import.meta.dirname, '../../packages/cli/src/main.ts');

export interface SimulatorOptions {
  readonly product: string;
  readonly devices: number;
  readonly components: readonly string[];
  readonly seed: string;
  readonly speed: number;
  readonly scenario: string;
}

/** `otaplan simulate …`, until it is ended. */
export class Simulator {
  readonly process: ChildProcess;
  /** What it had to say besides progress. */
  said = '';

  constructor(center: Center, options: SimulatorOptions) {
    const args = ['simulate', '--product', options.product, '--devices', String(options.devices)];
    for (const component of options.components) args.push('--component', component);
    args.push('--seed', options.seed, '--speed', String(options.speed), '--faults', options.scenario);
    this.process = spawn(process.execPath, [command, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        OTAPLAN_SERVER: center.url,
        OTAPLAN_ACCESS_KEY: center.accessKey,
        OTAPLAN_ACCESS_SECRET: readFileSync(path.join(center.folder, 'access-secret'), 'utf8').trim(),
      },
    });
    this.process.stderr?.on('data', (data) => {
      this.said += data;
    });
  }
}

/** The most that a process took of memory, and how much CPU it used. */
export class Usage {
  mostMb = 0;
  cpu = 0;

  look(child: ChildProcess | null): void {
    this.mostMb = Math.max(this.mostMb, residentMb(child?.pid) || 0);
    this.cpu = cpuSeconds(child?.pid) || this.cpu;
  }

  toString(): string {
    return `at most ${this.mostMb} MB, ${Math.round(this.cpu)} s of CPU`;
  }
}
