import { describe, expect, it } from 'vitest';
import { withoutSecrets } from './secrets.ts';
import { serverOrigin } from './server-origin.ts';

describe('what goes into the log', () => {
  it('has no token, secret or log-in query', () => {
    const texts = [
      'Authorization: QJWT eyJhbGciOiJIUzI1NiJ9.canary',
      'GET /login?grant_type=password&username=x&password=canary',
      '{"accessSecret":"canary"}',
      'Bearer canarycanary',
    ];
    for (const text of texts) expect(withoutSecrets(text)).not.toContain('canary');
  });
  it('keeps the rest', () => {
    expect(withoutSecrets('deploy: Plan created.')).toBe('deploy: Plan created.');
  });
});

describe('the address of a connection', () => {
  it('is an origin without a user name', () => {
    expect(serverOrigin(' https://ota.example.com/x ')).toBe('https://ota.example.com');
    expect(serverOrigin('https://user:pass@ota.example.com')).toBeNull();
    expect(serverOrigin('file:///etc/passwd')).toBeNull();
    expect(serverOrigin('ota')).toBeNull();
  });
});
