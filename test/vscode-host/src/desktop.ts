import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Profile } from './vscode-server.ts';

/** The command of a desktop VS Code on the path; `undefined`: there is none. */
export function desktopCode(environment: NodeJS.ProcessEnv): string | undefined {
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code'];
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}

/**
 * Opens a window of a desktop VS Code with an extension and a folder, and returns when it is closed. Its settings and extensions are
 * those of the profile: nothing of the person's own VS Code is touched, and it gets the environment that is given, since it is another
 * instance.
 * @param check only installs the extension, and says whether it is there
 */
export function openDesktop(
  code: string,
  options: {
    readonly profile: Profile;
    readonly vsix: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly check: boolean;
  },
): boolean {
  const { profile, vsix, environment, check } = options;
  const places = ['--user-data-dir', path.join(profile.dir, 'user'), '--extensions-dir', path.join(profile.dir, 'ext')];
  const run = (...args: string[]) =>
    spawnSync(code, [...places, ...args], {
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      // a .cmd is no program of its own
      shell: process.platform === 'win32',
    });
  if (run('--install-extension', vsix, '--force').status !== 0) return false;
  if (check) return run('--list-extensions').stdout.includes('otaplan.otaplan-vscode');
  return run('--new-window', '--wait', '--disable-workspace-trust', profile.workspace).status === 0;
}
