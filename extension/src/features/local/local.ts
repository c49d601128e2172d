import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { ask } from '../../infrastructure/choices.ts';
import { type Commands, setContext } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { OperationError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { requireTrust } from '../../infrastructure/host.ts';
import { compileAll, type Plans } from '../../infrastructure/plans.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import { type Child, startChild } from './child.ts';
import { requireSqlite } from './node.ts';
import { deviceList, faultProfile, simulateArguments, simulationsFor } from './simulation.ts';

/**
 * The embedded Developer Center in a child process, with simulated devices on request: a newcomer needs no account.
 * @param onDevices runs when simulated devices were started
 */
export function local(host: Host, connections: Connections, plans: Plans, onDevices: () => Promise<void>) {
  const { context, settings } = host;
  const log = host.log.of('local');
  const dist = (name: string) => context.asAbsolutePath(path.join('dist', name));
  let running: { server: Child; devices: Child[] } | undefined;

  const start = (args: readonly string[], environment: Record<string, string>, signal: AbortSignal) =>
    startChild({
      otaplan: dist('otaplan.mjs'),
      guard: dist('guard.mjs'),
      args,
      environment,
      log,
      ambient: host.ambient,
      signal,
    });

  async function startServer(signal: AbortSignal) {
    const folder = path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'developer-center');
    await mkdir(folder, { recursive: true });
    const server = await start(['server', '--data', folder, '--host', '127.0.0.1', '--port', '0'], {}, signal);
    const { url, accessKey, accessSecretFile } = server.ready;
    if (typeof url !== 'string' || typeof accessKey !== 'string' || typeof accessSecretFile !== 'string') {
      await server.stop();
      throw new OperationError('localServerFailed', 'The local Developer Center did not say where it listens.');
    }
    const accessSecret = (await readFile(accessSecretFile, 'utf8')).trim();
    return { server, folder, url: new URL(url).origin, credentials: { accessKey, accessSecret } };
  }

  async function stop(): Promise<void> {
    const ending = running;
    running = undefined;
    setContext('localRunning', false);
    connections.setLocal(undefined);
    if (ending) await Promise.all([...ending.devices, ending.server].map((child) => child.stop()));
  }

  /** It ended by itself. What it kept is on disk: started again, it goes on where it was. */
  async function gone(devices: number): Promise<never> {
    await stop();
    throw new OperationError('localServerGone', vscode.l10n.t('The local Developer Center stopped unexpectedly.'), [
      { title: vscode.l10n.t('Start Again'), command: 'otaplan.startLocalDeveloperCenter', args: [devices] },
      { title: vscode.l10n.t('Show Log'), command: 'otaplan.showExtensionLog' },
    ]);
  }

  const commands: Commands = {
    /** @param devices how many simulated devices; asked for when it is not given */
    async startLocalDeveloperCenter(devices?: unknown) {
      requireTrust();
      requireSqlite(process.versions.node);
      if (running) {
        await vscode.commands.executeCommand('otaplan.monitor.focus');
        return;
      }
      const count =
        typeof devices === 'number'
          ? devices
          : Number(
              await ask({
                title: vscode.l10n.t('Start Local Developer Center'),
                prompt: vscode.l10n.t(
                  'How many simulated devices? They are taken from the plans of this workspace; one in twenty fails at first.',
                ),
                value: String(settings.simulatedDevices()),
                validateInput: (text) =>
                  /^\d{1,5}$/.test(text.trim()) ? undefined : vscode.l10n.t('A number from 0 to 99999 is needed.'),
              }),
            );
      await withProgress(host.ambient, vscode.l10n.t('Starting the local Developer Center'), async (report, signal) => {
        // Before there is a Developer Center that knows no product yet, by which the plans would be judged.
        const found = count === 0 ? [] : (await compileAll(plans)).map(({ plan }) => plan);
        const { server, folder, url, credentials } = await startServer(signal);
        const started = { server, devices: [] as Child[] };
        running = started;
        void server.onExit.then((code) => {
          log.info(`Developer Center ended (${code})`);
          if (running === started) void host.boundary('local', () => gone(count));
        });
        setContext('localRunning', true);
        log.info(`listens at ${url}`);
        report(vscode.l10n.t('simulated devices'));
        const environment = {
          OTAPLAN_SERVER: url,
          OTAPLAN_ACCESS_KEY: credentials.accessKey,
          OTAPLAN_ACCESS_SECRET: credentials.accessSecret,
        };
        for (const simulation of simulationsFor(found, count)) {
          const list = path.join(folder, `devices-${simulation.product}.csv`);
          const faults = path.join(folder, `faults-${simulation.product}.json`);
          await writeFile(list, deviceList(simulation));
          await writeFile(faults, JSON.stringify(faultProfile(simulation)));
          const args = simulateArguments(simulation, list, faults, settings.simulatedSpeed());
          // Called off half-way, nothing stays behind that nobody sees.
          const child = start(args, environment, signal);
          started.devices.push(
            await child.catch(async (error: unknown) => {
              await stop();
              throw error;
            }),
          );
        }
        // They registered their products: who looks at it now finds them there.
        connections.setLocal({ name: vscode.l10n.t('Local'), server: url, credentials });
        void vscode.commands.executeCommand('otaplan.monitor.focus');
        await onDevices();
      });
    },
    async stopLocalDeveloperCenter() {
      await stop();
    },
  };
  return { commands, stop };
}
