import { type Client, ClientError, type Failure } from '@otaplan/client';
import { deploymentStep, startDeployment } from './deployment.ts';
import type { Command, DeployRequest, DeployResult, Event } from './deployment-state.ts';

/** What a deployment is doing, for a progress display. */
export interface DeployProgress {
  readonly command: Command;
  /** Bytes of the file under way, for uploads. */
  readonly bytes?: number;
}

export interface DeployOptions {
  /** Cancels, down to the request under way; the result says then what is known. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DeployProgress) => void;
}

/**
 * Deploys a plan: uploads what is missing, creates or updates the inactivated plan, activates it if asked.
 * Run again after any interruption, it finishes and never doubles.
 */
export async function deploy(
  client: Client,
  request: DeployRequest,
  options: DeployOptions = {},
): Promise<DeployResult> {
  let [state, commands] = startDeployment(request);
  while (!state.result) {
    const [command] = commands;
    if (!command) throw new TypeError('A deployment without a result always has a command.');
    options.onProgress?.({ command });
    [state, commands] = deploymentStep(state, await run(client, command, options));
  }
  return state.result;
}

/** Carries out one command. What the client throws by name is an event like any other. */
async function run(client: Client, command: Command, options: DeployOptions): Promise<Event> {
  const { signal } = options;
  try {
    if (signal?.aborted) return { kind: 'failed', failure: { kind: 'cancelled' } };
    switch (command.do) {
      case 'findPackage':
        return { kind: 'package', found: await client.packages.find(command.wanted, { signal }) };
      case 'createPackage': {
        const { name, type, version, sourceVersion, files } = command.content;
        const declared = command.source.files
          .filter((file) => files.some((wanted) => wanted.name === file.name))
          .map((file) => ({ name: file.name, size: file.size, sha256: file.sha256 }));
        const body = { name, type, version, sourceVersion, remarks: command.source.remarks, files: declared };
        return { kind: 'package', found: await client.packages.create(body, { signal, idempotencyKey: command.key }) };
      }
      case 'uploadFile': {
        const onProgress = (bytes: number) => options.onProgress?.({ command, bytes });
        return {
          kind: 'package',
          found: await client.packages.upload(command.packageId, command.file, { signal, onProgress }),
        };
      }
      case 'findPlan':
        return { kind: 'plan', found: await client.plans.find(command.name, { signal }) };
      case 'readDocument':
        return { kind: 'document', plan: (await client.plans.get(command.planId, { signal })).document };
      case 'createPlan':
        return {
          kind: 'plan',
          found: await client.plans.create(command.plan, { signal, idempotencyKey: command.key }),
        };
      case 'updatePlan':
        return {
          kind: 'plan',
          found: await client.plans.update(command.planId, command.revision, command.plan, { signal }),
        };
      case 'updateTexts':
        return {
          kind: 'plan',
          found: await client.plans.updateTexts(command.planId, command.revision, command.texts, { signal }),
        };
      case 'activate':
        return {
          kind: 'plan',
          found: await client.plans.act('activate', command.planId, { revision: command.revision, signal }),
        };
    }
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const failure: Failure = error.failure;
    return { kind: 'failed', failure };
  }
}
