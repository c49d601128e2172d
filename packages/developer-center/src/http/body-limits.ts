import {
  createPlan,
  type Endpoint,
  previewPlan,
  registerDevices,
  registerProducts,
  sendReports,
  updatePlan,
} from '@otaplan/api';

const kB = 1024;
const MB = 1024 * kB;

const larger = new Map<Endpoint, number>([
  // A plan may list a million devices.
  [createPlan as Endpoint, 64 * MB],
  [updatePlan as Endpoint, 64 * MB],
  [previewPlan as Endpoint, 64 * MB],
  [registerDevices as Endpoint, 4 * MB],
  [registerProducts as Endpoint, 4 * MB],
  [sendReports as Endpoint, 64 * kB],
]);

/** The largest JSON body that an endpoint takes, in bytes. */
export function bodyLimit(endpoint: Endpoint): number {
  return larger.get(endpoint) ?? MB;
}
