import { createHash } from 'node:crypto';
import type { RandomBytes } from '@otaplan/model';

/** The two calls of the management API that make a simulation's devices known; the caller has the client for them. */
export interface Registrar {
  registerProducts(products: { productKey: string; name: string }[]): Promise<void>;
  /** Called with at most 5,000 devices at a time. */
  registerDevices(productKey: string, devices: { deviceKey: string; secretSha256: string }[]): Promise<void>;
}

const devicesPerCall = 5000;

/**
 * Makes a new secret for every device and registers its SHA-256. The secrets themselves stay in this process:
 * they are made anew at each start, so there is nothing to keep or to leak.
 * @returns the secrets, in the order of the keys
 */
export async function register(
  registrar: Registrar,
  product: { productKey: string; name: string },
  deviceKeys: readonly string[],
  random: RandomBytes,
): Promise<string[]> {
  await registrar.registerProducts([product]);
  const secrets = deviceKeys.map(() => Buffer.from(random(32)).toString('hex'));
  for (let first = 0; first < deviceKeys.length; first += devicesPerCall) {
    const devices = deviceKeys.slice(first, first + devicesPerCall).map((deviceKey, index) => ({
      deviceKey,
      secretSha256: createHash('sha256')
        .update(secrets[first + index] ?? '')
        .digest('hex'),
    }));
    await registrar.registerDevices(product.productKey, devices);
  }
  return secrets;
}
