import { cloudCodes, getCloudDevice, getCloudDeviceResource, listCloudDevices, listProducts } from '@otaplan/api';
import type { Clock } from '../clock.ts';
import { CloudError } from '../http/problem-reply.ts';
import { forKeys, type Route } from '../http/routes.ts';
import type { DeviceRecord, RegistryStore } from '../store/registry.ts';

const defaultPageSize = 10;

/** Products and devices as the published cloud API lists them (`developer-center.md`, section 9). */
export function catalogueRoutes(registry: RegistryStore, clock: Clock): Route[] {
  const cloudDevice = (device: DeviceRecord) => ({
    productKey: device.productKey,
    deviceKey: device.deviceKey,
    deviceName: device.name,
    deviceStatus: device.onlineUntil > clock.now() ? 1 : 0,
  });
  const find = async (productKey: string, deviceKey: string) => {
    if (productKey === '') throw new CloudError(cloudCodes.productKeyEmpty, 'The product key is empty.');
    if (deviceKey === '') throw new CloudError(cloudCodes.deviceKeyEmpty, 'The device key is empty.');
    const device = await registry.findDevice(productKey, deviceKey);
    if (device) return device;
    await checkProduct(productKey);
    throw new CloudError(cloudCodes.deviceUnknown, 'There is no such device.');
  };
  const checkProduct = async (productKey: string) => {
    if (!(await registry.findProduct(productKey)))
      throw new CloudError(cloudCodes.productUnknown, 'There is no such product.');
  };
  return [
    forKeys(listProducts, async ({ query, caller }) => {
      const { pageNum = 1, pageSize = defaultPageSize } = query;
      const { items, total } = await registry.listProducts(caller.account, pageNum, pageSize, query.productKey);
      const data = items.map((product) => ({
        productKey: product.productKey,
        productName: product.name,
        accessType: 0,
        netWay: null,
      }));
      return paged(data, pageNum, pageSize, total);
    }),
    forKeys(listCloudDevices, async ({ query }) => {
      const { pageNum = 1, pageSize = defaultPageSize, productKey, deviceKey, deviceStatus } = query;
      if (productKey === '') throw new CloudError(cloudCodes.productKeyEmpty, 'The product key is empty.');
      await checkProduct(productKey);
      const online = deviceStatus === undefined ? undefined : deviceStatus === 1;
      const found = await registry.listDevices({ productKey, deviceKey, online, now: clock.now() }, pageNum, pageSize);
      return paged(found.items.map(cloudDevice), pageNum, pageSize, found.total);
    }),
    forKeys(getCloudDevice, async ({ query }) => ({
      code: cloudCodes.ok,
      msg: 'success',
      data: cloudDevice(await find(query.productKey, query.deviceKey)),
    })),
    forKeys(getCloudDeviceResource, async ({ query }) => {
      const device = await find(query.productKey, query.deviceKey);
      const versionOf = (type: string) => device.versions.find((one) => one.type === type)?.version ?? null;
      return {
        code: cloudCodes.ok,
        msg: 'success',
        data: {
          version: versionOf('module'),
          mcuVersion: versionOf('mcu'),
          battery: device.battery,
          signalStrength: device.signal,
          rsrp: null,
          memoryFree: null,
          updateTime: device.lastSeen,
        },
      };
    }),
  ];
}

function paged<T>(data: T[], pageNum: number, pageSize: number, total: number) {
  return { code: cloudCodes.ok, msg: 'success', data, pageNum, pageSize, pages: Math.ceil(total / pageSize), total };
}
