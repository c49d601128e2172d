import { closeSync, fsyncSync, mkdtempSync, openSync, renameSync, rmdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a file that only its owner can read, whole or not at all, and for good before it returns. */
export function writeSecretFile(path: string, content: string): void {
  // A folder of its own: replicas that share the data folder may write the same at once.
  const folder = mkdtempSync(`${path}.new-`);
  const temporary = join(folder, 'content');
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  rmdirSync(folder);
  syncFolder(dirname(path));
}

/** Makes a rename in a folder last through a power cut. Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
