import type { Command } from 'commander';
import type { Io } from './io.ts';

/** A command's own module: what `load` gives. */
export interface CommandModule {
  /** Adds options, arguments and the action; the action sets the exit code. */
  define(command: Command, io: Io, exit: (code: number) => void): void;
}
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every command. Its module is loaded only when it is called: `check` does not pay for `server`. */
export const commandTable: readonly CommandEntry[] = [
  { name: 'check', summary: 'check plans by the rules', load: () => import('./commands/check.ts') },
  { name: 'format', summary: 'write plans in canonical form', load: () => import('./commands/format.ts') },
  { name: 'compile', summary: 'print the plans of a file as JSON', load: () => import('./commands/compile.ts') },
  { name: 'diff', summary: 'what changes in meaning, plan by plan', load: () => import('./commands/diff.ts') },
  { name: 'bump', summary: 'write another target version into a plan', load: () => import('./commands/bump.ts') },
  { name: 'preview', summary: 'what a plan would do now', load: () => import('./commands/preview.ts') },
  {
    name: 'deploy',
    summary: 'bring plans and packages to Developer Center',
    load: () => import('./commands/deploy.ts'),
  },
  {
    name: 'activate',
    summary: 'activate a plan',
    load: () => import('./commands/plan-action.ts').then((m) => m.action('activate')),
  },
  {
    name: 'suspend',
    summary: 'suspend a plan',
    load: () => import('./commands/plan-action.ts').then((m) => m.action('suspend')),
  },
  {
    name: 'resume',
    summary: 'resume a suspended plan',
    load: () => import('./commands/plan-action.ts').then((m) => m.action('resume')),
  },
  {
    name: 'terminate',
    summary: 'end a plan for good',
    load: () => import('./commands/plan-action.ts').then((m) => m.action('terminate')),
  },
  {
    name: 'delete',
    summary: 'delete an inactivated plan',
    load: () => import('./commands/plan-action.ts').then((m) => m.action('delete')),
  },
  { name: 'status', summary: 'how plans stand, live with --watch', load: () => import('./commands/status.ts') },
  { name: 'devices', summary: 'the devices of a plan', load: () => import('./commands/devices.ts') },
  {
    name: 'components',
    summary: 'the components of a device in a plan',
    load: () => import('./commands/components.ts'),
  },
  { name: 'logs', summary: 'the log of a device in a plan', load: () => import('./commands/logs.ts') },
  { name: 'retry', summary: 'retry failed devices', load: () => import('./commands/retry.ts') },
  { name: 'packages', summary: 'version packages at Developer Center', load: () => import('./commands/packages.ts') },
  { name: 'package', summary: 'upload a version package', load: () => import('./commands/package.ts') },
  { name: 'import', summary: 'deployed plans as .otaplan text', load: () => import('./commands/import.ts') },
  { name: 'login', summary: 'keep an access key in the system keychain', load: () => import('./commands/login.ts') },
  { name: 'logout', summary: 'remove the access key from the keychain', load: () => import('./commands/logout.ts') },
  { name: 'keys', summary: 'access keys: list, create, rotate, revoke', load: () => import('./commands/keys.ts') },
  { name: 'accounts', summary: 'accounts of Developer Center', load: () => import('./commands/accounts.ts') },
  { name: 'audit', summary: 'who did what, newest first', load: () => import('./commands/audit.ts') },
  { name: 'server', summary: 'run Developer Center', load: () => import('./commands/server.ts') },
  { name: 'register', summary: 'register products and devices', load: () => import('./commands/register.ts') },
  { name: 'simulate', summary: 'run simulated devices', load: () => import('./commands/simulate.ts') },
];
