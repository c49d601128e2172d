/**
 * Debian's packages that some tests need beside npm's: installed where that is allowed (Linux, root, apt-get at hand), and otherwise
 * left to whoever runs the tests, which then say what they miss.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether packages are there now. Reads the lists of packages again only when it must. */
export function installDebian(...names: readonly string[]): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const install = () => apt('install', '-y', '--no-install-recommends', ...names);
  return install() || (apt('update') && install());
}

/** PostgreSQL for the tests of its adapter, which are skipped by name without it. */
export function wantPostgres(): void {
  if (process.env['OTAPLAN_TEST_DATABASE'] || existsSync('/usr/lib/postgresql')) return;
  if (installDebian('postgresql')) console.error('── Debian’s PostgreSQL was installed for tests');
}

/** rsync, with which the runner of GitLab's example copies the work tree. */
export function wantRsync(): void {
  if (existsSync('/usr/bin/rsync')) return;
  if (installDebian('rsync')) console.error('── Debian’s rsync was installed for tests');
}

/** The MQTT broker that devices are tested with beside the one of our own; such tests are skipped by name without it. */
export function wantMosquitto(): void {
  if (existsSync('/usr/sbin/mosquitto')) return;
  if (installDebian('mosquitto')) console.error('── Debian’s mosquitto was installed for tests');
}

// By itself: `node scripts/system-packages.ts NAME…`, for tests that cannot import it.
if (import.meta.main) process.exitCode = installDebian(...process.argv.slice(2)) ? 0 : 1;
