import * as vscode from 'vscode';
import type { Connection, Connections } from '../../infrastructure/connections.ts';
import { isCancellation, sayError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import type { Plans } from '../../infrastructure/plans.ts';

/** The catalogue is read at most this often. */
const readMilliseconds = 60_000;
/** What changed in a burst is told once. */
const tellMilliseconds = 500;

/** Tells the language server the products and packages of the connection in use, for its rules. Lists are told, never a token. */
export function catalogue(host: Host, connections: Connections, lives: Lives, plans: Plans) {
  const log = host.log.of('catalogue');
  let told: string | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let callOff: (() => void) | undefined;

  async function readCatalogue(connection: Connection): Promise<void> {
    readAt = host.ambient.now();
    const client = await connections.client(connection);
    const products: { productKey: string; name: string }[] = [];
    for await (const { productKey, productName } of client.products()) {
      if (productKey) products.push({ productKey, name: productName ?? productKey });
    }
    const packages = [];
    for await (const { name, type, version, sourceVersion, files } of client.packages.list()) {
      const size = files.reduce((sum, file) => sum + file.size, 0);
      packages.push({ name, type, version, sourceVersion, sha256: files.map(({ sha256 }) => sha256), size });
    }
    plans.tellCatalogue({
      center: connection.name,
      products: { kind: 'good', value: products },
      packages: { kind: 'good', value: packages },
    });
  }

  async function tell(): Promise<void> {
    const connection = connections.current();
    if (!connection || connection.accessKey === null || !vscode.workspace.isTrusted) {
      if (told !== null) plans.tellCatalogue({ center: null });
      told = null;
      return;
    }
    // Reaches the network only while the connection is live anyway.
    if (lives.of(connection.name)?.store.connection().state !== 'live') return;
    if (told === connection.name && host.ambient.now() - readAt < readMilliseconds) return;
    told = connection.name;
    await attempt(connection);
  }
  async function attempt(connection: Connection): Promise<void> {
    try {
      await readCatalogue(connection);
    } catch (error) {
      if (!isCancellation(error)) log.warn(sayError(error));
    }
  }
  const tellSoon = () => {
    if (callOff) return;
    callOff = host.ambient.after(tellMilliseconds, () => {
      callOff = undefined;
      void host.boundary('catalogue', tell);
    });
  };
  const disposable = vscode.Disposable.from(
    connections.onDidChange(tellSoon),
    lives.onDidChange(tellSoon),
    lives.onDidChangePlans(tellSoon),
    new vscode.Disposable(() => callOff?.()),
  );
  return {
    disposable,
    /** Reads the catalogue of the connection in use again: before a decision, what is known must not be a minute old. */
    async refresh(): Promise<void> {
      const connection = connections.current();
      if (connection && connection.accessKey !== null && vscode.workspace.isTrusted) await attempt(connection);
    },
  };
}
