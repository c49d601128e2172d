import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestDevice } from '../testing/plans.ts';
import { addPackage, product, type Running, register, run } from '../testing/running.ts';

let dc: Running;
let device: TestDevice;
let packageId: string;
beforeEach(async () => {
  dc = await run();
  await register(dc, ['D0001']);
  packageId = (await addPackage(dc, '2.0.0')).id;
  device = new TestDevice(dc, 'D0001');
});
afterEach(() => dc.end());

const verify = (more: object = {}) => {
  const body = { productKey: product, deviceKey: 'D0001', identifier: 'FOTA', ...more };
  return dc.call('POST', `/ota/v1/packages/${packageId}/verify`, { body });
};
const status = async () => (await dc.call('GET', `/ota/v1/packages/${packageId}`)).json.verification;
const detailOf = async (more: object = {}) => {
  const reply = await verify(more);
  expect([reply.status, reply.json.type]).toEqual([409, 'urn:otaplan:problem:retry-refused']);
  return reply.json.detail;
};

/** Goes through the upgrade up to the restart. */
async function install(): Promise<void> {
  const planId = (await device.readPlan()).json.plan.id;
  for (const step of [
    'planReceived',
    'upgradeConfirmed',
    'readyToDownload',
    'downloading',
    'downloadSucceeded',
    'upgrading',
  ])
    await device.reportStatus(planId, step);
}

test('a device that upgrades makes the package Verified', async () => {
  await device.reportVersion('1.0.0');
  expect((await verify()).json.verification).toBe('verifying');
  expect(await detailOf()).toContain('already');
  await install();
  expect(await status()).toBe('verifying');
  await device.reportVersion('2.0.0');
  await expect.poll(status).toBe('verified');
});

test('a device that fails, or is silent for an hour, makes it Verification Failed; it may be tried again', async () => {
  await device.reportVersion('1.0.0');
  await verify();
  const planId = (await device.readPlan()).json.plan.id;
  await device.reportStatus(planId, 'planReceived');
  await device.reportStatus(planId, 'upgradeConfirmed');
  await device.reportStatus(planId, 'upgradeFailed', { cause: 'Bad image' });
  await expect.poll(status).toBe('verificationFailed');
  for (let minute = 0; minute < 62; minute++) {
    dc.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await device.reportVersion('1.0.0');
  expect((await verify()).json.verification).toBe('verifying');
  for (let minute = 0; minute < 62; minute++) {
    dc.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await expect.poll(status).toBe('verificationFailed');
});

test('a restart in between loses nothing', async () => {
  await device.reportVersion('1.0.0');
  await verify();
  dc = await dc.restart();
  device = new TestDevice(dc, 'D0001');
  await install();
  await device.reportVersion('2.0.0');
  await expect.poll(status).toBe('verified');
});

test('a device that cannot take it is told with the reason', async () => {
  expect(await detailOf({ deviceKey: 'D9999' })).toContain('no device D9999');
  expect(await detailOf()).toContain('offline');
  await device.readPlan();
  expect(await detailOf()).toContain('has not reported');
  await device.reportVersion('2.0.0');
  expect(await detailOf()).toContain('runs 2.0.0 already');
  packageId = (await addPackage(dc, '2.1.0', { sourceVersion: '1.9.0', name: 'Delta' })).id;
  expect(await detailOf()).toContain('starts from 1.9.0');
  packageId = (await addPackage(dc, '2.2.0', { upload: false })).id;
  expect((await verify()).json.type).toBe('urn:otaplan:problem:package-incomplete');
});
