/** For tests of whoever builds on the client: time that a test owns, and a real server that misbehaves on demand. */
export * from './faulty-server.ts';
export * from './forward-proxy.ts';
export * from './virtual-ambient.ts';
