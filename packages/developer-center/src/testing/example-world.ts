import { type Endpoint, endpoints, exampleIds } from '@otaplan/api';
import { singleWave } from '@otaplan/model';
import { signToken } from '../accounts/tokens.ts';
import { activate, planDocument, savePlan, TestDevice } from './plans.ts';
import { type CallOptions, loginPath, type Reply, type Running, run, sha256 } from './running.ts';

/** What the plan of an example world is before a call: each call needs one that it can be made on. */
export type PlanIs = 'inactivated' | 'activated' | 'suspended' | 'failed' | 'confirmed' | 'manual' | 'manualActivated';

const needs: Readonly<Record<string, PlanIs>> = {
  suspendPlan: 'activated',
  terminatePlan: 'activated',
  listPlanDevices: 'activated',
  getPlanDevice: 'activated',
  listDeviceComponents: 'activated',
  listComponentLog: 'activated',
  getPlanStatistics: 'activated',
  resumePlan: 'suspended',
  retryPlan: 'failed',
  downloadFile: 'confirmed',
  updatePlanTexts: 'manual',
  getDeviceUpgradePlan: 'manualActivated',
  userBatchConfirmUpgrade: 'manualActivated',
  getBatchUpgradeDetails: 'manualActivated',
  deleteDeviceUpgrade: 'manualActivated',
};

/** Calls that an account must be closed for. */
const needsClosed: ReadonlySet<string> = new Set(['reopenAccount', 'deleteAccount']);

/** A Developer Center with the things that the examples of the contract name, in the state that a call needs. */
export interface ExampleWorld {
  readonly dc: Running;
  /** The ids of the contract's examples, and what they are here. */
  readonly ids: ReadonlyMap<string, string>;
  /** Makes the example call of an endpoint, with its own kind of credentials or with others. */
  call(endpoint: Endpoint, authorization?: string | null): Promise<Reply>;
  end(): Promise<void>;
}

const hello = Buffer.from('hello');
const { product, device: deviceKey } = exampleIds;

/** @param id of the endpoint whose example is to be called */
export async function exampleWorld(id: string): Promise<ExampleWorld> {
  const world = await worldOf(needs[id] ?? 'inactivated');
  if (needsClosed.has(id)) {
    await world.dc.call('POST', `/ota/v1/accounts/${world.ids.get(exampleIds.account)}/close`);
  }
  return world;
}

export async function worldOf(plan: PlanIs): Promise<ExampleWorld> {
  const dc = await run();
  const ids = new Map<string, string>();
  const post = async (path: string, body: unknown) => {
    const reply = await dc.call('POST', path, { body });
    if (reply.status >= 300) throw new Error(reply.text);
    return reply;
  };
  const addPackage = async (version: string) => {
    const files = [{ name: 'modem.bin', size: hello.length, sha256: sha256(hello) }];
    const about = { name: `Modem ${version}`, type: 'module', version, sourceVersion: null, files };
    const made = await post('/ota/v1/packages', about);
    await dc.call('PUT', `/ota/v1/packages/${made.json.id}/files/modem.bin`, { bytes: hello });
    return String(made.json.id);
  };
  await post('/ota/v1/products', { products: [{ productKey: product, name: 'Water meter' }] });
  const secretSha256 = sha256(`secret-of-${deviceKey}`);
  await post(`/ota/v1/products/${product}/devices`, { devices: [{ deviceKey, secretSha256 }] });
  ids.set(exampleIds.package, await addPackage('2.4.2'));
  await addPackage('2.4.0');
  const key = await post('/ota/v1/keys', { name: 'Test bench', role: 'viewer' });
  ids.set(exampleIds.accessKey, key.json.key);
  const account = await post('/ota/v1/accounts', { name: 'Old plant' });
  ids.set(exampleIds.account, account.json.account.id);
  const device = new TestDevice(dc, deviceKey, `secret-of-${deviceKey}`, product);
  await device.reportVersion('2.3.1');

  const manual = plan === 'manual' || plan === 'manualActivated';
  const mode = manual ? { mode: { kind: 'manual' as const, push: 'any' as const, texts: { en: 'New' } } } : {};
  const [component] = planDocument().components;
  const document = planDocument({
    name: 'Water meter 2.4',
    product,
    components: component ? [{ ...component, target: '2.4.0' }] : [],
    waves: singleWave,
    ...mode,
  });
  const planId = await savePlan(dc, document);
  ids.set(exampleIds.plan, planId);
  if (plan !== 'inactivated' && plan !== 'manual') await activate(dc, planId);
  if (plan === 'suspended') await post(`/ota/v1/plans/${planId}/suspend`, {});
  if (plan === 'failed' || plan === 'confirmed') {
    await device.reportStatus(planId, 'planReceived');
    await device.reportStatus(planId, 'upgradeConfirmed');
  }
  if (plan === 'failed') await device.reportStatus(planId, 'upgradeFailed', { cause: 'No room' });
  if (plan === 'confirmed') {
    const { url } = (await device.readPlan()).json.plan.components[0].address.files[0];
    ids.set('signed', new URL(url).pathname.split('/').at(-2) ?? '');
  }
  return { dc, ids, call: (endpoint, authorization) => call(dc, ids, endpoint, authorization), end: () => dc.end() };
}

/** A token that the vendor's backend makes for an end user, of the example device unless told otherwise. */
export function endUserToken(
  dc: Running,
  key = dc.server.accessKey,
  secret = dc.secret,
  device = `${product}/${deviceKey}`,
): string {
  const iat = Math.floor(dc.clock.now() / 1000);
  const claims = { use: 'endUser' as const, iss: key, sub: 'alice', iat, exp: iat + 600 };
  return signToken(secret, { ...claims, devices: [device] });
}

async function credentials(dc: Running, endpoint: Endpoint): Promise<string | null> {
  switch (endpoint.access) {
    case 'anyone':
      return null;
    case 'device':
      return `Device secret-of-${deviceKey}`;
    case 'endUser':
      return endUserToken(dc);
    default:
      return await dc.logIn();
  }
}

async function call(
  dc: Running,
  ids: ReadonlyMap<string, string>,
  endpoint: Endpoint,
  given?: string | null,
): Promise<Reply> {
  const { example, method, path, ifMatch, bodyType } = endpoint;
  const here = <T>(value: T): T => {
    let text = JSON.stringify(value);
    for (const [id, own] of ids) text = text.replaceAll(id, own);
    return JSON.parse(text) as T;
  };
  const params: Record<string, unknown> = here({ ...example.params });
  const query: Record<string, unknown> = here({ ...example.query });
  if (endpoint.id === 'accessKeyLogin') {
    const [, real = ''] = loginPath(dc.server.accessKey, dc.secret, dc.clock.now()).split('?');
    Object.assign(query, Object.fromEntries(new URLSearchParams(real)));
  }
  if (endpoint.id === 'refreshToken') {
    const login = await dc.call('GET', loginPath(dc.server.accessKey, dc.secret, dc.clock.now()), {
      authorization: null,
    });
    query['refresh_token'] = login.json.refresh_token;
  }
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const options: CallOptions = {
    authorization: given === undefined ? await credentials(dc, endpoint) : given,
    ...(ifMatch ? { headers: { 'If-Match': '*' } } : {}),
    ...(example.body === undefined
      ? {}
      : bodyType === 'bytes'
        ? { bytes: Buffer.from(String(example.body)) }
        : { body: here(example.body) }),
  };
  return await dc.call(method, search.size > 0 ? `${filled}?${search}` : filled, options);
}

/** Every endpoint but the stream, whose reply has no end. */
export const answering = endpoints.filter(({ replyType }) => replyType !== 'events');
