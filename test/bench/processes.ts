/** What other processes use, from /proc. */
import { readFileSync } from 'node:fs';

/** Resident memory in MB; `null`: not known here. */
export function residentMb(pid: number | undefined): number | null {
  try {
    const [, kB] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kB) / 1024);
  } catch {
    return null;
  }
}

/** CPU used so far, in seconds; `null`: not known here. */
export function cpuSeconds(pid: number | undefined): number | null {
  try {
    // Behind the name in brackets; ticks of 10 ms.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}
