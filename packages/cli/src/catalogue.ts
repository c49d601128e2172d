import type { Client } from '@otaplan/client';
import { ClientError } from '@otaplan/client';
import {
  type Answer,
  ast,
  type Catalogue,
  type CatalogueDevice,
  type CataloguePlan,
  type Workspace,
} from '@otaplan/language';
import { isOver, planStatusNames } from '@otaplan/model';

/** Versions of devices come one call each from the published API; above this they stay not known. */
const mostDevices = 500;

/**
 * What Developer Center knows of what the sources speak of, read beforehand, for the rules that need it.
 * What it does not offer stays not known.
 */
export async function readCatalogue(client: Client, workspace: Workspace, signal: AbortSignal): Promise<Catalogue> {
  const products = new Map<string, { productKey: string; name: string }>();
  for await (const { productKey, productName } of client.products({ signal })) {
    products.set(productKey, { productKey, name: productName ?? productKey });
  }
  const packages = await known(async () => {
    const all = [];
    for await (const { name, type, version, sourceVersion, files } of client.packages.list({}, { signal })) {
      all.push({ name, type, version, sourceVersion, sha256: files.map((file) => file.sha256).sort() });
    }
    return all;
  });
  const plans = await known(async () => {
    const all: CataloguePlan[] = [];
    for await (const { plan } of client.plans.list({}, { signal })) {
      const status = planStatusNames.find((name) => name === plan.status);
      if (status === undefined || isOver(status)) continue;
      all.push({ name: plan.name, status, plan: (await client.plans.get(plan.id, { signal })).document });
    }
    return all;
  });
  const devices = new Map<string, Answer<ReadonlyMap<string, CatalogueDevice>>>();
  for (const product of workspace.products()) {
    const key = product.statements.find(ast.isProductKey)?.value;
    if (key !== undefined && products.has(key)) {
      devices.set(key, await readDevices(client, key, product.statements.filter(ast.isComponent), signal));
    }
  }
  const notKnown = { kind: 'notKnown' } as const;
  return {
    product(productKey) {
      const product = products.get(productKey);
      return product ? { kind: 'good', value: product } : { kind: 'bad', reason: 'unknown or not permitted' };
    },
    package: (type, version, sourceVersion) =>
      packages.kind === 'good'
        ? {
            kind: 'good',
            value:
              packages.value.find(
                (p) => p.type === type && p.version === version && p.sourceVersion === sourceVersion,
              ) ?? null,
          }
        : packages,
    packages: (type) =>
      packages.kind === 'good' ? { kind: 'good', value: packages.value.filter((p) => p.type === type) } : packages,
    devices: (productKey) => devices.get(productKey) ?? notKnown,
    plans: () => plans,
  };
}

/** A server without the OTA management API does not know; every other failure is one. */
async function known<T>(read: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'good', value: await read() };
  } catch (error) {
    if (error instanceof ClientError && error.kind === 'notAnOtaplanServer') return { kind: 'notKnown' };
    throw error;
  }
}

async function readDevices(
  client: Client,
  productKey: string,
  components: readonly ast.Component[],
  signal: AbortSignal,
): Promise<Answer<ReadonlyMap<string, CatalogueDevice>>> {
  const found: string[] = [];
  for await (const { deviceKey } of client.devices(productKey, { signal })) {
    found.push(deviceKey);
    if (found.length > mostDevices) return { kind: 'notKnown' };
  }
  // The published API reports one version for the module and one for the MCU, without identifiers.
  const identifierOf = (type: string) => {
    const ofType = components.filter((component) => component.type === type);
    return ofType.length === 1 ? ofType[0]?.identifier : undefined;
  };
  const [module, mcu] = [identifierOf('module'), identifierOf('mcu')];
  const devices = new Map<string, CatalogueDevice>();
  const queue = [...found];
  const worker = async () => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const resource = await client.deviceResource(productKey, key, { signal });
      const versions: Record<string, string> = {};
      if (resource?.version && module) versions[module] = resource.version;
      if (resource?.mcuVersion && mcu) versions[mcu] = resource.mcuVersion;
      devices.set(key, { versions, lastSeen: resource?.updateTime ?? null });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { kind: 'good', value: devices };
}
