import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file system of its own, to be filled and locked. */
export interface SmallDisk {
  readonly at: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  readOnly(is: boolean): void;
  unmount(): void;
}

/** Why there can be none; `null`: there can. */
export function noMount(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux, for a small file system';
  try {
    mountSmall('1m').unmount();
    return null;
  } catch {
    return 'a file system cannot be mounted here';
  }
}

/** @param size as `mount` takes it, such as `6m` */
export function mountSmall(size: string, mode = 0o700): SmallDisk {
  const at = mkdtempSync(path.join(tmpdir(), 'otaplan-disk-'));
  const mount = (...options: string[]) => {
    const { status, stderr } = spawnSync('mount', [...options, 'tmpfs', at], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mount: ${stderr}`);
  };
  mount('-t', 'tmpfs', '-o', `size=${size}`);
  chmodSync(at, mode);
  const filler = path.join(at, 'filler');
  return {
    at,
    fill: () => void spawnSync('sh', ['-c', `cat /dev/zero > '${filler}'`]),
    free: () => rmSync(filler, { force: true }),
    readOnly: (is) => mount('-o', `remount,${is ? 'ro' : 'rw'}`),
    unmount() {
      spawnSync('umount', ['-l', at]);
      rmSync(at, { recursive: true, force: true });
    },
  };
}
