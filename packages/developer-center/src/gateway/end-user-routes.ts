import {
  cloudCodes,
  deleteDeviceUpgrade,
  type EndUserPlan,
  getAutoUpgradeSwitch,
  getBatchUpgradeDetails,
  getDeviceUpgradePlan,
  setAutoUpgradeSwitch,
  userBatchConfirmUpgrade,
} from '@otaplan/api';
import { type ComponentStatus, componentStatuses, deviceStatuses } from '@otaplan/model';
import type { Center, DeviceIdentity, EndUserAction, EndUserView, FileUrl } from '../center/center.ts';
import { packageOf } from '../center/needed-packages.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { EndUserCaller } from '../http/callers.ts';
import { originOf } from '../http/hosts.ts';
import { type CloudCode, CloudError } from '../http/problem-reply.ts';
import { forEndUsers, type Route } from '../http/routes.ts';
import type { PackageStore } from '../store/packages.ts';

/** The end user's calls on plans that want confirmation (`developer-center.md`, section 9), for the devices of the user's token. */
export function endUserRoutes(center: Center, packages: PackageStore, fileUrl: FileUrl): Route[] {
  return [
    forEndUsers(getDeviceUpgradePlan, async ({ caller, query, request }) => {
      const device = checkHeld(caller, { productKey: query.pk, deviceKey: query.dk });
      const view = await center.endUserView(device);
      const data = view
        ? await toWire(view, device, packages, (file, holder) => fileUrl(file, holder, originOf(request)))
        : null;
      return { code: cloudCodes.ok, msg: 'success', data };
    }),
    forEndUsers(userBatchConfirmUpgrade, async ({ caller, body }) => {
      const successList: typeof body = [];
      const failList: { data: (typeof body)[number]; code: number; msg: string }[] = [];
      for (const operation of body) {
        try {
          const device = checkHeld(caller, operation);
          await center.endUserAct(device, operation.planId, actionOf(operation), `user ${caller.user}`);
          successList.push(operation);
        } catch (error) {
          failList.push({ data: operation, ...failureOf(error) });
        }
      }
      return { code: cloudCodes.ok, msg: 'success', data: { successList, failList } };
    }),
    forEndUsers(getBatchUpgradeDetails, async ({ caller, body }) => {
      const data = [];
      for (const asked of body) {
        const view = await center.endUserView(checkHeld(caller, asked), asked.planId);
        if (!view) continue;
        data.push({
          ...asked,
          deviceStatus: deviceCode(view.device.status),
          userConfirmStatus: view.confirmStatus,
          upgradeProgress: view.progress,
        });
      }
      return { code: cloudCodes.ok, msg: 'success', data };
    }),
    forEndUsers(setAutoUpgradeSwitch, async ({ caller, body }) => {
      await told(center.setAutoUpgrade(checkHeld(caller, body), body.autoUpgradeSwitch === 1));
      const { autoUpgradeSwitch } = body;
      return { code: cloudCodes.ok, msg: 'success', data: { autoUpgradeSwitch } };
    }),
    forEndUsers(getAutoUpgradeSwitch, async ({ caller, query }) => {
      const on = await told(center.autoUpgrade(checkHeld(caller, { productKey: query.pk, deviceKey: query.dk })));
      return { code: cloudCodes.ok, msg: 'success', data: { autoUpgradeSwitch: on ? (1 as const) : (0 as const) } };
    }),
    forEndUsers(deleteDeviceUpgrade, async ({ caller, body }) => {
      const device = checkHeld(caller, body);
      await told(center.endUserAct(device, body.planId, { kind: 'putAway' }, `user ${caller.user}`));
      return { code: cloudCodes.ok, msg: 'success', data: null };
    }),
  ];
}

/** A refusal in the published envelope, with its reason. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, msg } = failureOf(error);
    throw new CloudError(code, msg);
  }
}

function checkHeld(caller: EndUserCaller, device: DeviceIdentity): DeviceIdentity {
  const { productKey, deviceKey } = device;
  if (!caller.devices.has(`${productKey}/${deviceKey}`))
    throw new CloudError(cloudCodes.deviceNotPermitted, 'The device is not this user’s.');
  return { productKey, deviceKey };
}

interface Operation {
  readonly operType: number;
  readonly appointStartTime?: number | undefined;
  readonly appointEndTime?: number | undefined;
}

function actionOf({ operType, appointStartTime, appointEndTime }: Operation): EndUserAction {
  switch (operType) {
    case 1:
      return { kind: 'now' };
    case 2:
      if (appointStartTime === undefined || appointEndTime === undefined)
        throw new CloudError(
          cloudCodes.parameterMissing,
          'An appointment needs appointStartTime and appointEndTime in milliseconds.',
        );
      return { kind: 'appoint', from: appointStartTime, to: appointEndTime };
    case 3:
      return { kind: 'cancel' };
    case 5:
      return { kind: 'retry' };
    default:
      throw new CloudError(cloudCodes.parameterInvalid, 'operType is 1 now, 2 appoint, 3 cancel or 5 retry.');
  }
}

function failureOf(error: unknown): { code: CloudCode; msg: string } {
  if (error instanceof CloudError) return { code: error.code, msg: error.message };
  if (!(error instanceof ProblemError)) throw error;
  const code = error.problem === 'not-found' ? cloudCodes.notFound : cloudCodes.parameterInvalid;
  return { code, msg: error.message };
}

async function toWire(
  view: EndUserView,
  device: DeviceIdentity,
  packages: PackageStore,
  fileUrl: FileUrl,
): Promise<EndUserPlanData> {
  const { account, detail } = view;
  const { plan, document } = detail;
  const comVerList: EndUserPlanData['comVerList'] = [];
  const found = await packages.resolvePackages(account, document.components.map(packageOf));
  for (const [sort, component] of document.components.entries()) {
    const state = view.components.find(
      ({ identifier, type }) => identifier === component.identifier && type === component.type,
    );
    const files = found[sort]?.files ?? [];
    const download = downloadOf(state?.status ?? 'planNotReceived', state?.progress ?? 0);
    comVerList.push({
      sort,
      comNo: component.identifier,
      comType: component.type === 'module' ? 0 : 1,
      dataType: component.mode === 'full' ? 0 : 1,
      cver: state?.sourceVersion ?? null,
      tver: component.target,
      battery: document.conditions.batteryPercent,
      signal: document.conditions.signalDbm,
      space: files.reduce((sum, file) => sum + file.size, 0),
      downloadStatus: download.status,
      downloadProgress: download.progress,
      upgradeStatus: componentCode(state?.status ?? 'planNotReceived'),
      fileList: files.map((file) => ({
        fileName: file.name,
        filePath: fileUrl(file, device),
        fileSize: file.size,
        fileSha256: file.sha256,
        fileMd5: file.md5 ?? '',
        fileCrc: file.crc32 ?? '',
      })),
    });
  }
  return {
    planId: plan.id,
    planName: plan.name,
    planStartTime: Date.parse(plan.effective.startUtc),
    planEndTime: Date.parse(plan.effective.endUtc),
    appointStartTime: view.appointment?.from ?? null,
    appointEndTime: view.appointment?.to ?? null,
    ...device,
    userConfirmStatus: view.confirmStatus,
    deviceStatus: deviceCode(view.device.status),
    upgradeProgress: view.progress,
    comVerList,
  };
}
type EndUserPlanData = (typeof EndUserPlan)['_output'];

function deviceCode(status: string): number {
  return Object.hasOwn(deviceStatuses, status) ? deviceStatuses[status as keyof typeof deviceStatuses].code : 0;
}

function componentCode(status: string): number {
  return Object.hasOwn(componentStatuses, status) ? componentStatuses[status as ComponentStatus].code : 0;
}

/** Download status: 0 not begun, 1 under way, 2 done, 3 failed; its codes are not published, so these are ours. */
function downloadOf(status: string, percent: number): { status: number; progress: number } {
  switch (status) {
    case 'downloading':
      return { status: 1, progress: percent / 100 };
    case 'downloadFailed':
      return { status: 3, progress: percent / 100 };
    case 'downloadSucceeded':
    case 'upgrading':
    case 'upgradeSucceeded':
      return { status: 2, progress: 1 };
    default:
      return { status: 0, progress: 0 };
  }
}
