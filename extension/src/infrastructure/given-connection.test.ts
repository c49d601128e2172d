import { describe, expect, it } from 'vitest';
import { connectionOfEnvironment } from './given-connection.ts';

describe('the connection of the environment', () => {
  const all = {
    OTAPLAN_SERVER: 'http://127.0.0.1:8181/',
    OTAPLAN_ACCESS_KEY: 'AK',
    OTAPLAN_ACCESS_SECRET: 's3cret',
  };
  it('is the one of the command’s variables, named by its host', () => {
    expect(connectionOfEnvironment(all)).toEqual({
      name: '127.0.0.1:8181',
      server: 'http://127.0.0.1:8181',
      credentials: { accessKey: 'AK', accessSecret: 's3cret' },
    });
  });
  it('is none when a variable is missing, empty or no address', () => {
    for (const name of Object.keys(all)) expect(connectionOfEnvironment({ ...all, [name]: '' })).toBeUndefined();
    expect(connectionOfEnvironment({})).toBeUndefined();
    expect(connectionOfEnvironment({ ...all, OTAPLAN_SERVER: 'https://key:secret@ota.example.com' })).toBeUndefined();
  });
});
