import { Agent, Pool } from 'undici';
import type { Dispatchers } from '../protocol/connection.ts';

/** A pool looks through its connections for a free one: ten thousand in one would be a long look. */
const pollsPerPool = 64;
const exchangeConnections = 64;

/** The sockets of a simulation. */
export interface Sockets {
  /** For the device with this number; long polls have a socket each, short exchanges share some. */
  dispatchersFor(device: number): Dispatchers;
  readonly files: Agent;
  /** Breaks whatever is under way. */
  close(): Promise<void>;
}

/** @param downloads most connections for package files, per host */
export function openSockets(serverUrl: string, downloads: number): Sockets {
  const { origin } = new URL(serverUrl);
  const exchange = new Pool(origin, { connections: exchangeConnections, pipelining: 1 });
  const files = new Agent({ connections: downloads, pipelining: 1 });
  const polls: Pool[] = [];
  return {
    dispatchersFor(device) {
      const shard = Math.floor(device / pollsPerPool);
      polls[shard] ??= new Pool(origin, { connections: null, pipelining: 1 });
      return { exchange, poll: polls[shard] };
    },
    files,
    async close() {
      await Promise.all([exchange, files, ...polls].map((dispatcher) => dispatcher.destroy()));
    },
  };
}
