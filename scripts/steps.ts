import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const root = path.dirname(import.meta.dirname);

/** Runs one tool of the workspace in the foreground; ends the process with its code when it fails. */
export function step(title: string, command: string, args: readonly string[], folder = root): void {
  const started = performance.now();
  console.error(`── ${title}`);
  const tool = command === 'node' ? process.execPath : path.join(root, 'node_modules/.bin', command);
  const result = spawnSync(tool, args, { cwd: folder, stdio: 'inherit' });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(`\notaplan: “${title}” failed (see above).`);
    process.exit(result.status ?? 1);
  }
  console.error(`   ${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
