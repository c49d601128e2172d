import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';

/**
 * The published cloud API of Developer Center (`developer-center.md`, section 9): log-in, products, devices and their resources.
 * HTTP 200 with another `code` in the envelope is an error.
 */

/** Codes of the envelope that have names. */
export const cloudCodes = {
  ok: 200,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  serviceException: 50000,
  parameterMissing: 50004,
  parameterInvalid: 50005,
  productKeyEmpty: 50006,
  deviceKeyEmpty: 50007,
  hubUnavailable: 70000,
  productUnknown: 70017,
  productNotPermitted: 70060,
  deviceNotPermitted: 70089,
  deviceUnknown: 70130,
  accessKeyUnknown: 90047,
  tokenMissing: 91001,
  tokenWrong: 91004,
  notPermitted: 91005,
  addressNotListed: 91006,
  apiNotEnabled: 91007,
} as const;

/** The envelope around every published reply. */
export function envelope<T extends z.ZodType>(data: T) {
  return z.looseObject({
    code: z.int(),
    msg: z.string().optional(),
    data: data.nullish(),
    pageNum: z.int().optional(),
    pageSize: z.int().optional(),
    pages: z.int().optional(),
    total: z.int().optional(),
  });
}

const tag = 'Published cloud API';
const paging = {
  pageNum: z.coerce.number().int().min(1).optional(),
  pageSize: z.coerce.number().int().min(1).max(500).optional(),
};

export const LoginReply = z.looseObject({
  code: z.int(),
  msg: z.string().optional(),
  /** `QJWT …`, sent as it is in `Authorization`. */
  access_token: z.string().optional(),
  token_type: z.string().optional(),
  /** Seconds. */
  expires_in: z.coerce.number().optional(),
  refresh_token: z.string().optional(),
});

export const CloudProduct = z.looseObject({
  productKey: z.string(),
  productName: z.string().nullish(),
  accessType: z.union([z.string(), z.number()]).nullish(),
  netWay: z.union([z.string(), z.number()]).nullish(),
});
export const CloudDevice = z.looseObject({
  productKey: z.string().nullish(),
  deviceKey: z.string(),
  deviceName: z.string().nullish(),
  /** 1 online, 0 offline. */
  deviceStatus: z.coerce.number().nullish(),
});
export const CloudDeviceResource = z.looseObject({
  version: z.string().nullish(),
  mcuVersion: z.string().nullish(),
  battery: z.coerce.number().nullish(),
  signalStrength: z.coerce.number().nullish(),
  rsrp: z.coerce.number().nullish(),
  memoryFree: z.coerce.number().nullish(),
  updateTime: z.coerce.number().nullish(),
});

export const login = endpoint({
  id: 'accessKeyLogin',
  tag,
  method: 'GET',
  path: '/v2/quecauth/accessKeyAuthrize/accessKeyLogin',
  summary: 'Logs in with an access key. The query holds a secret and is never logged.',
  access: 'anyone',
  query: z.object({ grant_type: z.literal('password'), username: z.string().max(1000), password: z.string().max(200) }),
  reply: LoginReply,
  example: {
    query: {
      grant_type: 'password',
      username: `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${exampleIds.accessKey}&timestamp=1803888000000`,
      password: exampleIds.sha256,
    },
  },
});
export const refreshToken = endpoint({
  id: 'refreshToken',
  tag,
  method: 'GET',
  path: '/v2/quecauth/accessKeyAuthrize/refreshToken',
  summary: 'Renews the access token.',
  access: 'anyone',
  query: z.object({ grant_type: z.literal('refresh_token'), refresh_token: z.string().max(2000) }),
  reply: LoginReply,
  example: { query: { grant_type: 'refresh_token', refresh_token: exampleIds.token } },
});
export const listProducts = endpoint({
  id: 'listProducts',
  tag,
  method: 'GET',
  path: '/v2/quecproductmgr/r3/openapi/products',
  summary: 'Products of the account.',
  access: 'viewer',
  query: z.object({ ...paging, productKey: z.string().optional() }),
  reply: envelope(z.array(CloudProduct)),
  example: { query: { pageNum: 1, pageSize: 10 } },
});
export const listCloudDevices = endpoint({
  id: 'listDevices',
  tag,
  method: 'GET',
  path: '/v2/devicemgr/r3/openapi/product/device/overview',
  summary: 'Devices of a product.',
  access: 'viewer',
  query: z.object({
    ...paging,
    productKey: z.string(),
    deviceKey: z.string().optional(),
    deviceStatus: z.coerce.number().optional(),
  }),
  reply: envelope(z.array(CloudDevice)),
  example: { query: { productKey: exampleIds.product, deviceStatus: 1 } },
});
export const getCloudDevice = endpoint({
  id: 'getDevice',
  tag,
  method: 'GET',
  path: '/v2/devicemgr/r3/openapi/device/detail',
  summary: 'One device.',
  access: 'viewer',
  query: z.object({ productKey: z.string(), deviceKey: z.string() }),
  reply: envelope(CloudDevice),
  example: { query: { productKey: exampleIds.product, deviceKey: exampleIds.device } },
});
export const getCloudDeviceResource = endpoint({
  id: 'getDeviceResource',
  tag,
  method: 'GET',
  path: '/v2/deviceshadow/r2/openapi/device/resource',
  summary: 'What a device last reported of itself: versions, battery, signal.',
  access: 'viewer',
  query: z.object({ productKey: z.string(), deviceKey: z.string() }),
  reply: envelope(CloudDeviceResource),
  example: { query: { productKey: exampleIds.product, deviceKey: exampleIds.device } },
});

const endUserBase = '/v2/quecota/enduserapi';
export const EndUserFile = z.object({
  fileName: z.string(),
  filePath: z.string(),
  fileSize: z.int(),
  fileSha256: z.string(),
  fileMd5: z.string(),
  fileCrc: z.string(),
});
export const EndUserPlan = z.object({
  planId: z.string(),
  planName: z.string(),
  planStartTime: z.int(),
  planEndTime: z.int(),
  appointStartTime: z.int().nullable(),
  appointEndTime: z.int().nullable(),
  productKey: z.string(),
  deviceKey: z.string(),
  /** 0 unconfirmed, 1 now, 2 appointed, 3 cancelled, 4 acknowledged. */
  userConfirmStatus: z.int(),
  deviceStatus: z.int(),
  /** 0 to 1. */
  upgradeProgress: z.number(),
  comVerList: z.array(
    z.object({
      sort: z.int(),
      comNo: z.string(),
      comType: z.int(),
      dataType: z.int(),
      cver: z.string().nullable(),
      tver: z.string(),
      battery: z.int(),
      signal: z.int(),
      space: z.int(),
      downloadStatus: z.int(),
      downloadProgress: z.number(),
      upgradeStatus: z.int(),
      fileList: z.array(EndUserFile),
    }),
  ),
});
export const getDeviceUpgradePlan = endpoint({
  id: 'getDeviceUpgradePlan',
  tag,
  method: 'GET',
  path: `${endUserBase}/v2/getDeviceUpgradePlan`,
  summary: 'The plan of an end user’s device.',
  access: 'endUser',
  query: z.object({ pk: z.string(), dk: z.string() }),
  reply: envelope(EndUserPlan),
  example: { query: { pk: exampleIds.product, dk: exampleIds.device } },
});
const deviceOfPlan = { productKey: exampleIds.product, deviceKey: exampleIds.device, planId: exampleIds.plan };
const DeviceOfPlan = z.object({ productKey: z.string(), deviceKey: z.string(), planId: z.string() });
export const EndUserOperation = DeviceOfPlan.extend({
  /** 1 now, 2 appoint, 3 cancel, 5 retry. */
  operType: z.int(),
  appointStartTime: z.int().optional(),
  appointEndTime: z.int().optional(),
});
export const userBatchConfirmUpgrade = endpoint({
  id: 'userBatchConfirmUpgrade',
  tag,
  method: 'POST',
  path: `${endUserBase}/v2/userBatchConfirmUpgrade`,
  summary: 'The end user confirms, appoints, cancels or retries.',
  access: 'endUser',
  body: z.array(EndUserOperation).min(1).max(500),
  reply: envelope(
    z.object({
      successList: z.array(EndUserOperation),
      failList: z.array(z.object({ data: EndUserOperation, code: z.int(), msg: z.string() })),
    }),
  ),
  example: { body: [{ ...deviceOfPlan, operType: 1 }] },
});
export const getBatchUpgradeDetails = endpoint({
  id: 'getBatchUpgradeDetails',
  tag,
  method: 'POST',
  path: `${endUserBase}/v2/getBatchUpgradeDetails`,
  summary: 'Upgrade statuses of several devices.',
  access: 'endUser',
  body: z.array(DeviceOfPlan).min(1).max(500),
  reply: envelope(
    z.array(DeviceOfPlan.extend({ deviceStatus: z.int(), userConfirmStatus: z.int(), upgradeProgress: z.number() })),
  ),
  example: { body: [deviceOfPlan] },
});

/** Their fields are not published; these are ours. */
const Switch = z.object({
  /** 1: manual plans confirm themselves inside their push period; 0: they wait for the user. */
  autoUpgradeSwitch: z.union([z.literal(0), z.literal(1)]),
});
export const setAutoUpgradeSwitch = endpoint({
  id: 'setAutoUpgradeSwitch',
  tag,
  method: 'POST',
  path: `${endUserBase}/setAutoUpgradeSwitch`,
  summary: 'The end user lets manual plans confirm themselves, or no longer.',
  access: 'endUser',
  body: Switch.extend({ productKey: z.string(), deviceKey: z.string() }),
  reply: envelope(Switch),
  idempotent: false,
  example: { body: { productKey: exampleIds.product, deviceKey: exampleIds.device, autoUpgradeSwitch: 1 } },
});
export const getAutoUpgradeSwitch = endpoint({
  id: 'getAutoUpgradeSwitch',
  tag,
  method: 'GET',
  path: `${endUserBase}/getAutoUpgradeSwitch`,
  summary: 'Whether manual plans confirm themselves on an end user’s device.',
  access: 'endUser',
  query: z.object({ pk: z.string(), dk: z.string() }),
  reply: envelope(Switch),
  example: { query: { pk: exampleIds.product, dk: exampleIds.device } },
});
export const deleteDeviceUpgrade = endpoint({
  id: 'deleteDeviceUpgrade',
  tag,
  method: 'POST',
  path: `${endUserBase}/deleteDeviceUpgrade`,
  summary:
    'The end user puts a plan away: one that has not begun is cancelled, one that is over is no longer shown. Refused while it is under way.',
  access: 'endUser',
  body: DeviceOfPlan,
  reply: envelope(z.null()),
  idempotent: false,
  example: { body: deviceOfPlan },
});
