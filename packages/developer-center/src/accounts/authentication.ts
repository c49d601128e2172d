import { createHash, timingSafeEqual } from 'node:crypto';
import type { DeviceIdentity } from '../center/center.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';
import type { Caller, DeviceCaller, EndUserCaller, KeyCaller } from '../http/callers.ts';
import type { RegistryStore } from '../store/registry.ts';
import type { AccessKeys } from './access-keys.ts';
import type { ServerKeys } from './server-keys.ts';
import { peekToken, readToken } from './tokens.ts';

const mostTokenBytes = 16 * 1024;

/** Proves who calls: by an access token, an end user's token or a device's secret. */
export class Authentication {
  readonly #accessKeys: AccessKeys;
  readonly #keys: ServerKeys;
  readonly #registry: RegistryStore;
  readonly #clock: Clock;

  constructor(accessKeys: AccessKeys, keys: ServerKeys, registry: RegistryStore, clock: Clock) {
    this.#accessKeys = accessKeys;
    this.#keys = keys;
    this.#registry = registry;
    this.#clock = clock;
  }

  /** @throws ProblemError `not-signed-in` */
  async prove(kind: Caller['kind'], headers: Headers, params: Readonly<Record<string, string>>): Promise<Caller> {
    if (kind === 'anyone') return { kind };
    const authorization = headers.get('Authorization');
    if (authorization === null || authorization.length > mostTokenBytes)
      throw new ProblemError('not-signed-in', 'The Authorization header is missing.');
    switch (kind) {
      case 'key':
        return await this.#proveKey(authorization);
      case 'endUser':
        return await this.#proveEndUser(authorization);
      case 'device':
        return await this.proveDevice(
          { productKey: params['productKey'] ?? '', deviceKey: params['deviceKey'] ?? '' },
          /^Device (.+)$/.exec(authorization)?.[1] ?? '',
        );
    }
  }

  async #proveKey(token: string): Promise<KeyCaller> {
    const claims = readToken(this.#keys.tokens, token, this.#clock.now());
    // The role is the key's of now: taking a key away, or its role, works at once.
    const key = claims?.use === 'access' ? await this.#accessKeys.find(claims.sub) : null;
    if (!key) throw new ProblemError('not-signed-in', 'The access token is wrong or over. Log in again.');
    return { kind: 'key', id: key.key, account: key.account, role: key.role };
  }

  /** An end user's token is signed with the secret of the access key that it names as its issuer. */
  async #proveEndUser(token: string): Promise<EndUserCaller> {
    const issuer = peekToken(token)?.iss;
    const key = issuer === undefined ? null : await this.#accessKeys.find(issuer);
    const claims =
      key && key.role !== 'viewer' ? readToken(this.#accessKeys.secretOf(key), token, this.#clock.now()) : null;
    if (!key || claims?.use !== 'endUser' || !/^[\x21-\x7e]{1,64}$/.test(claims.sub))
      throw new ProblemError('not-signed-in', 'The end user’s token is wrong or over.');
    const devices = await this.#ofAccount(key.account, claims.devices ?? []);
    return { kind: 'endUser', issuer: key.key, user: claims.sub, devices };
  }

  /** Of the devices that a token names, those of the account whose key signed it. */
  async #ofAccount(account: string, devices: readonly string[]): Promise<ReadonlySet<string>> {
    const products = new Set(devices.map((device) => device.split('/', 1)[0] ?? ''));
    const own = new Set<string>();
    for (const productKey of products) {
      if ((await this.#registry.findProduct(productKey))?.account === account) own.add(productKey);
    }
    return new Set(devices.filter((device) => own.has(device.split('/', 1)[0] ?? '')));
  }

  /**
   * Proves that a secret is a device's.
   * @throws ProblemError `not-signed-in`
   */
  async proveDevice({ productKey, deviceKey }: DeviceIdentity, secret: string): Promise<DeviceCaller> {
    const device = await this.#registry.findDevice(productKey, deviceKey);
    const expected = Buffer.from(device?.secretSha256 ?? '', 'hex');
    const given = createHash('sha256').update(secret).digest();
    // One answer for an unknown device, one without a secret and a wrong secret: nothing is told of other devices.
    if (!/^[\x21-\x7e]{1,512}$/.test(secret) || expected.length !== given.length || !timingSafeEqual(expected, given))
      throw new ProblemError('not-signed-in', 'The device or its secret is wrong.');
    return { kind: 'device', productKey, deviceKey };
  }
}
