import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endUserToken } from '../testing/example-world.ts';
import { activate, planDocument, savePlan, TestDevice } from '../testing/plans.ts';
import { addPackage, product, type Running, register, run, start } from '../testing/running.ts';

const hour = 3_600_000;
const base = '/v2/quecota/enduserapi';
const deviceKey = 'WM000001';

describe('the published calls of end users', () => {
  let dc: Running;
  let planId: string;
  let device: TestDevice;

  beforeEach(async () => {
    dc = await run();
    await register(dc, [deviceKey]);
    await addPackage(dc, '2.0.0');
    device = new TestDevice(dc, deviceKey);
    await device.reportVersion('1.0.0');
    const mode = { kind: 'manual', push: 'any', texts: { en: 'New firmware' } } as const;
    planId = await savePlan(dc, planDocument({ mode }));
    await activate(dc, planId);
  });
  afterEach(() => dc.end());

  const call = (method: string, path: string, body?: object) =>
    dc.call(method, `${base}/${path}`, {
      authorization: endUserToken(dc, undefined, undefined, `${product}/${deviceKey}`),
      ...(body ? { body } : {}),
    });
  const view = async () => (await call('GET', `v2/getDeviceUpgradePlan?pk=${product}&dk=${deviceKey}`)).json.data;
  const which = () => ({ productKey: product, deviceKey, planId });
  const operate = async (operType: number, more: object = {}) => {
    const { json } = await call('POST', 'v2/userBatchConfirmUpgrade', [{ ...which(), operType, ...more }]);
    const { successList, failList } = json.data;
    return successList.length === 1 ? 'done' : (failList[0].msg as string);
  };
  const goes = async (...statuses: string[]) => {
    for (const status of statuses) await device.reportStatus(planId, status);
  };

  test('tell the plan with its period, its components and its files', async () => {
    expect(await view()).toMatchObject({
      ...which(),
      planName: 'March',
      planStartTime: start,
      planEndTime: start + 7 * 24 * hour,
      appointStartTime: null,
      userConfirmStatus: 0,
      deviceStatus: 0,
      upgradeProgress: 0,
      comVerList: [
        {
          sort: 0,
          comNo: 'FOTA',
          comType: 0,
          dataType: 0,
          tver: '2.0.0',
          battery: 30,
          signal: -113,
          space: 3000,
          downloadStatus: 0,
          upgradeStatus: 0,
          fileList: [{ fileName: 'fw.bin', fileSize: 3000 }],
        },
      ],
    });
  });

  test('confirm: the device gets the plan and its user sees it through', async () => {
    expect((await device.readPlan()).json.plan).toBeNull();
    expect(await operate(1)).toBe('done');
    expect((await device.readPlan()).json.plan.texts).toEqual({ en: 'New firmware' });
    expect(await view()).toMatchObject({ userConfirmStatus: 1, deviceStatus: 0 });
    await goes('planReceived', 'upgradeConfirmed', 'readyToDownload');
    await device.reportStatus(planId, 'downloading', { progress: 50 });
    expect(await view()).toMatchObject({
      upgradeProgress: 0.25,
      comVerList: [{ downloadProgress: 0.5, upgradeStatus: 5 }],
    });
    await goes('downloadSucceeded', 'upgrading');
    await device.reportVersion('2.0.0');
    const { json } = await call('POST', 'v2/getBatchUpgradeDetails', [which()]);
    expect(json.data).toEqual([{ ...which(), deviceStatus: 2, userConfirmStatus: 1, upgradeProgress: 1 }]);
    expect(await operate(1)).toBe('The plan is over for this device.');
  });

  test('appoint: for an hour or longer, in the future, inside the period', async () => {
    const appoint = (from: number, to: number) => operate(2, { appointStartTime: from, appointEndTime: to });
    const outside = 'An appointment is in the future and inside the effective period.';
    expect(await appoint(start + hour, start + 2 * hour - 1)).toBe('An appointment lasts at least one hour.');
    expect(await appoint(start - hour, start + hour)).toBe(outside);
    expect(await appoint(start + 7 * 24 * hour - hour, start + 7 * 24 * hour + 1)).toBe(outside);
    expect(await operate(2)).toContain('appointStartTime');
    expect(await appoint(start + hour, start + 2 * hour)).toBe('done');
    expect(await view()).toMatchObject({ userConfirmStatus: 2, appointStartTime: start + hour });
    expect((await device.readPlan()).json.plan).toBeNull();
  });

  test('cancel: the plan of that device ends as Upgrade Failed, and only before it has confirmed', async () => {
    expect(await operate(3)).toBe('done');
    expect(await view()).toMatchObject({ userConfirmStatus: 3, deviceStatus: 3 });
    expect(await operate(3)).toBe('The plan is over for this device.');
  });

  test('cancel and put away are refused while the device upgrades', async () => {
    await operate(1);
    await goes('planReceived', 'upgradeConfirmed');
    expect(await operate(3)).toBe('The device has confirmed and is upgrading.');
    expect((await call('POST', 'deleteDeviceUpgrade', which())).json.code).not.toBe(200);
  });

  test('retry: the end user alone, after a failure, a new attempt', async () => {
    await operate(1);
    expect(await operate(5)).not.toBe('done');
    await goes('planReceived', 'upgradeConfirmed', 'readyToDownload', 'downloading', 'downloadFailed');
    expect((await view()).deviceStatus).toBe(3);
    const byOperator = await dc.call('POST', `/ota/v1/plans/${planId}/retry`, { body: { allFailed: true } });
    expect(byOperator.json.type).toBe('urn:otaplan:problem:retry-refused');
    expect(await operate(5)).toBe('done');
    expect((await device.readPlan()).json.plan.components[0]).toMatchObject({ attempt: 2 });
  });

  test('switch automatic upgrades on: the plan then confirms itself', async () => {
    const read = () => call('GET', `getAutoUpgradeSwitch?pk=${product}&dk=${deviceKey}`);
    expect((await read()).json.data).toEqual({ autoUpgradeSwitch: 0 });
    await call('POST', 'setAutoUpgradeSwitch', { productKey: product, deviceKey, autoUpgradeSwitch: 1 });
    expect((await read()).json.data).toEqual({ autoUpgradeSwitch: 1 });
    await device.reportVersion('1.0.0');
    expect((await device.readPlan()).json.plan).toBeNull();
    dc.clock.advance(10 * 60_000);
    await device.reportVersion('1.0.0');
    dc.clock.advance(10 * 60_000);
    await expect.poll(async () => (await device.readPlan()).json.plan?.id).toBe(planId);
  });

  test('put a plan away that is over: it is acknowledged and no longer shown', async () => {
    await operate(3);
    expect((await call('POST', 'deleteDeviceUpgrade', which())).json.code).toBe(200);
    expect(await view()).toBeNull();
    const { json } = await call('POST', 'v2/getBatchUpgradeDetails', [which()]);
    expect(json.data[0].userConfirmStatus).toBe(4);
  });

  test('the texts of a manual plan change until it is over', async () => {
    const change = (texts: object) =>
      dc.call('PUT', `/ota/v1/plans/${planId}/texts`, { body: { texts }, headers: { 'If-Match': '*' } });
    expect((await change({ en: 'Newer', de: 'Neuer' })).status).toBe(200);
    await operate(1);
    expect((await device.readPlan()).json.plan.texts).toEqual({ en: 'Newer', de: 'Neuer' });
    expect((await change({})).status).toBe(422);
    await dc.call('POST', `/ota/v1/plans/${planId}/terminate`, { body: {} });
    expect((await change({ en: 'Too late' })).status).toBe(409);
  });
});
