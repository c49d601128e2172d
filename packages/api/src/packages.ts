import { limits } from '@otaplan/model';
import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';
import { ComponentType, FileName, Instant, Name, openEnum, PageQuery, page, Sha256, Version } from './scalars.ts';

const tag = 'Packages';
const PackageId = z.object({ packageId: z.string().max(64) });

/** A file as the client declares it before it uploads the bytes. */
export const DeclaredFile = z.object({ name: FileName, size: z.int().min(1).max(limits.fileBytes), sha256: Sha256 });
export const PackageFile = DeclaredFile.extend({
  /** Hex; computed at upload, `null` before. */
  md5: z.string().nullable(),
  crc32: z.string().nullable(),
  uploaded: z.boolean(),
});

export const NewPackage = z
  .object({
    name: Name,
    type: ComponentType,
    version: Version,
    /** `null`: a full package; else the delta's source version. */
    sourceVersion: Version.nullable(),
    remarks: z.string().max(limits.remarksCharacters).default(''),
    files: z.array(DeclaredFile).min(1).max(limits.filesPerPackage),
  })
  .meta({ id: 'NewPackage' });

export const verificationStatuses = ['notVerified', 'verifying', 'verified', 'verificationFailed'] as const;

export const VersionPackage = z
  .object({
    id: z.string(),
    name: z.string(),
    type: ComponentType,
    version: z.string(),
    sourceVersion: z.string().nullable(),
    remarks: z.string(),
    files: z.array(PackageFile),
    /** Every declared file is here and is what was declared. */
    complete: z.boolean(),
    verification: openEnum(verificationStatuses),
    createdAt: Instant,
  })
  .meta({ id: 'VersionPackage' });
export type VersionPackage = z.infer<typeof VersionPackage>;

export const listPackages = endpoint({
  id: 'listPackages',
  tag,
  method: 'GET',
  path: '/ota/v1/packages',
  summary: 'Version packages, newest first; every filter given must hold.',
  access: 'viewer',
  query: PageQuery.extend({
    name: z.string().optional(),
    type: ComponentType.optional(),
    version: z.string().optional(),
    /** The empty text: full packages only. */
    sourceVersion: z.string().optional(),
  }),
  reply: page(VersionPackage),
  example: { query: { type: 'module', version: '2.4.0', limit: 50 } },
});
export const createPackage = endpoint({
  id: 'createPackage',
  tag,
  method: 'POST',
  path: '/ota/v1/packages',
  summary: 'Declares a version package; its files are uploaded next.',
  access: 'operator',
  body: NewPackage,
  reply: VersionPackage,
  status: 201,
  problems: ['name-taken', 'package-exists'],
  example: {
    body: {
      name: 'Modem 2.4.1',
      type: 'module',
      version: '2.4.1',
      sourceVersion: null,
      remarks: 'Reconnects faster.',
      files: [{ name: 'modem.bin', size: 5, sha256: exampleIds.sha256 }],
    },
  },
});
export const getPackage = endpoint({
  id: 'getPackage',
  tag,
  method: 'GET',
  path: '/ota/v1/packages/{packageId}',
  summary: 'One version package.',
  access: 'viewer',
  params: PackageId,
  reply: VersionPackage,
  problems: ['not-found'],
  example: { params: { packageId: exampleIds.package } },
});
export const uploadPackageFile = endpoint({
  id: 'uploadPackageFile',
  tag,
  method: 'PUT',
  path: '/ota/v1/packages/{packageId}/files/{fileName}',
  summary:
    'Uploads the bytes of a declared file. Streamed; size and SHA-256 are checked. The same bytes again are harmless.',
  access: 'operator',
  params: PackageId.extend({ fileName: FileName }),
  body: z.unknown(),
  bodyType: 'bytes',
  reply: VersionPackage,
  problems: ['not-found', 'digest-mismatch', 'too-large', 'storage-full'],
  example: { params: { packageId: exampleIds.package, fileName: 'modem.bin' }, body: 'hello' },
});
export const deletePackage = endpoint({
  id: 'deletePackage',
  tag,
  method: 'DELETE',
  path: '/ota/v1/packages/{packageId}',
  summary: 'Deletes a version package that no activated plan uses.',
  access: 'operator',
  params: PackageId,
  problems: ['not-found', 'package-in-use'],
  example: { params: { packageId: exampleIds.package } },
});
export const verifyPackage = endpoint({
  id: 'verifyPackage',
  tag,
  method: 'POST',
  path: '/ota/v1/packages/{packageId}/verify',
  summary: 'Pushes the package to one online device; the result is known within 60 minutes.',
  access: 'operator',
  params: PackageId,
  body: z.object({ productKey: z.string(), deviceKey: z.string(), identifier: z.string() }),
  reply: VersionPackage,
  problems: ['not-found', 'package-incomplete', 'retry-refused'],
  example: {
    params: { packageId: exampleIds.package },
    body: { productKey: exampleIds.product, deviceKey: exampleIds.device, identifier: 'FOTA' },
  },
});
