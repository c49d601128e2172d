import type { NewPackage, VersionPackage } from '@otaplan/api';
import { hasPackageFileEnding, packageFileEndings, utf8Bytes } from '@otaplan/model';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock, RandomBytes } from '../clock.ts';
import type { PackageFilter, PackageRecord, PackageStore } from '../store/packages.ts';
import type { FileStore } from './file-store.ts';

/** What a client declares of a new package, parsed. */
export type PackageDeclaration = (typeof NewPackage)['_output'];

/** Version packages with their files (`developer-center.md`, section 2). Content never changes once it is declared. */
export class PackageCatalogue {
  readonly #store: PackageStore;
  readonly #files: FileStore;
  readonly #clock: Clock;
  readonly #random: RandomBytes;

  constructor(store: PackageStore, files: FileStore, clock: Clock, random: RandomBytes) {
    this.#store = store;
    this.#files = files;
    this.#clock = clock;
    this.#random = random;
  }

  async list(account: string, filter: PackageFilter, limit: number, cursor: string | null) {
    const { items, nextCursor } = await this.#store.listPackages(account, filter, limit, cursor);
    return { items: items.map(toWire), nextCursor };
  }

  async get(id: string): Promise<VersionPackage> {
    return toWire(await this.#find(id));
  }

  /**
   * Declares a package.
   * @param again an earlier request was cut off: the package it made, if it did, is the answer
   */
  async create(account: string, declared: PackageDeclaration, who: string, again: boolean): Promise<VersionPackage> {
    checkDeclaration(declared);
    const record: PackageRecord = {
      ...declared,
      account,
      id: `pkg_${Buffer.from(this.#random(12)).toString('hex')}`,
      files: declared.files.map((file) => ({ ...file, md5: null, crc32: null, uploaded: false })),
      complete: false,
      verification: 'notVerified',
      createdAt: this.#clock.now(),
    };
    const outcome = await this.#store.createPackage(record, who);
    if (outcome === 'created') return toWire(record);
    const [same] = await this.#store.resolvePackages(account, [declared]);
    if (again && same && isSame(same, declared)) return toWire(same);
    if (outcome === 'nameTaken')
      throw new ProblemError('name-taken', `Another package is named “${declared.name}”. Choose another name.`);
    const from = declared.sourceVersion === null ? '' : ` from ${declared.sourceVersion}`;
    throw new ProblemError(
      'package-exists',
      `A package for ${declared.type} ${declared.version}${from} exists${same ? `: “${same.name}”` : ''}.`,
    );
  }

  /** Takes the bytes of a declared file; answers when they are kept for good. The same bytes again are harmless. */
  async upload(id: string, fileName: string, bytes: AsyncIterable<Uint8Array>, who: string): Promise<VersionPackage> {
    const declared = (await this.#find(id)).files.find((file) => file.name === fileName);
    if (!declared)
      throw new ProblemError('not-found', `The package declares no file “${fileName}”. Declare it with the package.`);
    const digests = await this.#files.keep(bytes, declared);
    const record = await this.#store.fileUploaded(id, fileName, digests, who, this.#clock.now());
    if (record) return toWire(record);
    await this.#removeUnused([declared.sha256]);
    throw new ProblemError('not-found', 'The package was deleted meanwhile.');
  }

  async delete(id: string, who: string): Promise<void> {
    const outcome = await this.#store.deletePackage(id, who, this.#clock.now());
    switch (outcome.kind) {
      case 'unknown':
        throw unknownPackage();
      case 'inUse':
        throw new ProblemError(
          'package-in-use',
          `The plan “${outcome.planName}” uses it. It can go when the plan is over.`,
        );
      case 'deleted':
        await this.#removeUnused(outcome.files.map((file) => file.sha256));
    }
  }

  async #removeUnused(digests: readonly string[]): Promise<void> {
    for (const sha256 of digests) if (!(await this.#store.isFileDeclared(sha256))) await this.#files.remove(sha256);
  }

  async #find(id: string): Promise<PackageRecord> {
    const record = await this.#store.findPackage(id);
    if (!record) throw unknownPackage();
    return record;
  }
}

function unknownPackage(): ProblemError {
  return new ProblemError('not-found', 'There is no such package.');
}

function checkDeclaration(declared: PackageDeclaration): void {
  const errors = declared.files.flatMap((file, index) => {
    const pointer = `/files/${index}/name`;
    if (!hasPackageFileEnding(file.name))
      return [{ pointer, detail: `A package file ends in one of ${packageFileEndings.join(' ')}.` }];
    if (declared.files.findIndex((other) => other.name === file.name) !== index)
      return [{ pointer, detail: 'Another file of the package has this name.' }];
    return utf8Bytes(file.name) > 255 ? [{ pointer, detail: 'A file name has at most 255 bytes.' }] : [];
  });
  if (declared.sourceVersion === declared.version)
    errors.push({ pointer: '/sourceVersion', detail: 'A delta package leads to another version than its source.' });
  if (errors.length > 0) throw new ProblemError('invalid-request', 'The package breaks a rule.', errors);
}

function isSame(record: PackageRecord, declared: PackageDeclaration): boolean {
  const content = ({
    name,
    files,
  }: {
    name: string;
    files: readonly { name: string; size: number; sha256: string }[];
  }) => JSON.stringify([name, files.map((file) => [file.name, file.size, file.sha256])]);
  return content(record) === content(declared);
}

function toWire({ account: _, ...record }: PackageRecord): VersionPackage {
  return {
    ...record,
    files: record.files.map((file) => ({ ...file })),
    createdAt: new Date(record.createdAt).toISOString(),
  };
}
