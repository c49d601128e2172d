import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import S3rver from 's3rver';

/** A real S3 server in this process, with one bucket, in a folder that is removed at the end. */
export interface TestS3 {
  /** `s3+http://…/packages/otaplan`. */
  readonly address: string;
  /** The variables that sign requests to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it keeps the bytes of an object on this machine's disk. */
  pathOf(sha256: string): string;
  /** Again is harmless. */
  end(): Promise<void>;
}

const [bucket, prefix] = ['packages', 'otaplan'];

export async function startS3(): Promise<TestS3> {
  const directory = mkdtempSync(join(tmpdir(), 'otaplan-s3-'));
  const configureBuckets = [{ name: bucket }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  // It answers before its write has reached the file; S3 is consistent when it answers.
  const { store } = server;
  const putObject = store.putObject.bind(store);
  store.putObject = async (object) => {
    const put = await putObject(object);
    while (statSync(store.getResourcePath(object.bucket, object.key, 'object')).size < put.size) await setImmediate();
    return put;
  };
  const { port } = await server.run();
  return {
    address: `s3+http://127.0.0.1:${port}/${bucket}/${prefix}`,
    environment: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_REGION: 'eu-central-1' },
    pathOf: (sha256) => store.getResourcePath(bucket, `${prefix}/${sha256.slice(0, 2)}/${sha256}`, 'object'),
    async end() {
      if (!existsSync(directory)) return;
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
