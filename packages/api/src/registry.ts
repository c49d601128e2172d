import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';
import { DeviceKey, Instant, Name, PageQuery, ProductKey, page, Sha256 } from './scalars.ts';

const tag = 'Products, devices and the account';
const count = z.int().min(0);

export const registerProducts = endpoint({
  id: 'registerProducts',
  tag,
  method: 'POST',
  path: '/ota/v1/products',
  summary: 'Registers products. Again is harmless; a new name replaces the old.',
  access: 'operator',
  body: z.object({
    products: z
      .array(z.object({ productKey: ProductKey, name: Name }))
      .min(1)
      .max(1000),
  }),
  reply: z.object({ created: count, unchanged: count, renamed: count }),
  idempotent: false,
  example: { body: { products: [{ productKey: exampleIds.product, name: 'Water meter' }] } },
});
export const registerDevices = endpoint({
  id: 'registerDevices',
  tag,
  method: 'POST',
  path: '/ota/v1/products/{productKey}/devices',
  summary: 'Registers devices. Again is harmless. A secret’s SHA-256, where given, replaces the device’s secret.',
  access: 'operator',
  params: z.object({ productKey: ProductKey }),
  body: z.object({
    devices: z
      .array(z.object({ deviceKey: DeviceKey, name: z.string().max(100).optional(), secretSha256: Sha256.optional() }))
      .min(1)
      .max(5000),
  }),
  reply: z.object({ created: count, unchanged: count }),
  idempotent: false,
  problems: ['product-unknown'],
  example: {
    params: { productKey: exampleIds.product },
    body: { devices: [{ deviceKey: 'WM000009', name: 'Cellar', secretSha256: exampleIds.sha256 }] },
  },
});

export const ServerInfo = z.object({
  name: z.literal('otaplan'),
  version: z.string(),
  /** Version of the zone data in use, such as `2026c`. */
  zoneData: z.string(),
  time: Instant,
  /** Role of the access key. */
  role: z.string(),
  /** Account of the access key; left out by servers that know one only. */
  account: z.object({ id: z.string(), name: z.string() }).optional(),
});
export const getServerInfo = endpoint({
  id: 'getServerInfo',
  tag,
  method: 'GET',
  path: '/ota/v1',
  summary: 'Says that this Developer Center manages plans, and what it is. A server without it answers 404.',
  access: 'viewer',
  reply: ServerInfo,
  example: {},
});

export const AuditEntry = z.object({
  id: z.int(),
  time: Instant,
  /** The access key that did it, or `schedule`. */
  who: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
});
export const listAudit = endpoint({
  id: 'listAudit',
  tag,
  method: 'GET',
  path: '/ota/v1/audit',
  summary: 'Who did what, newest first.',
  access: 'owner',
  query: PageQuery,
  reply: page(AuditEntry),
  example: { query: { limit: 50 } },
});
