import { cloudCodes, login, refreshToken } from '@otaplan/api';
import type { Clock } from '../clock.ts';
import { CloudError } from '../http/problem-reply.ts';
import { forAnyone, type Route } from '../http/routes.ts';
import { type AccessKeys, isPassword } from './access-keys.ts';
import type { ServerKeys } from './server-keys.ts';
import { readToken, signToken } from './tokens.ts';

/** The published log-in (`developer-center.md`, section 9). */
const skewMs = 10 * 60 * 1000;
const accessSeconds = 7200;
const refreshSeconds = 7 * 24 * 3600;

/** Log-in and renewal. */
export function loginRoutes(accessKeys: AccessKeys, keys: ServerKeys, clock: Clock): Route[] {
  const tokensFor = (key: string) => {
    const iat = Math.floor(clock.now() / 1000);
    const claims = { iss: key, sub: key, iat };
    return {
      code: cloudCodes.ok,
      msg: 'success',
      access_token: signToken(keys.tokens, { ...claims, use: 'access', exp: iat + accessSeconds }),
      token_type: 'jwt',
      expires_in: accessSeconds,
      refresh_token: signToken(keys.tokens, { ...claims, use: 'refresh', exp: iat + refreshSeconds }),
    };
  };
  return [
    forAnyone(login, async ({ query }) => {
      const { key: id, timestamp } = parseUsername(query.username);
      if (Math.abs(clock.now() - timestamp) > skewMs)
        throw new CloudError(
          cloudCodes.parameterInvalid,
          'The timestamp is more than 10 minutes off the clock of Developer Center. Set the clock right.',
        );
      const key = await accessKeys.find(id);
      if (!key) throw new CloudError(cloudCodes.accessKeyUnknown, 'There is no such access key.');
      if (!isPassword(query.password, query.username, accessKeys.secretOf(key)))
        throw new CloudError(cloudCodes.unauthorized, 'The access secret is wrong.');
      await accessKeys.used(key);
      return tokensFor(key.key);
    }),
    forAnyone(refreshToken, async ({ query }) => {
      const claims = readToken(keys.tokens, query.refresh_token, clock.now());
      if (claims?.use !== 'refresh' || !(await accessKeys.find(claims.sub)))
        throw new CloudError(cloudCodes.tokenWrong, 'The refresh token is wrong or over. Log in again.');
      return tokensFor(claims.sub);
    }),
  ];
}

/** Reads `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=…&timestamp=<ms>`. */
function parseUsername(username: string): { key: string; timestamp: number } {
  const parts = new URLSearchParams(username);
  const timestamp = parts.get('timestamp') ?? '';
  const key = parts.get('access_key') ?? '';
  if (key === '' || !/^\d{10,16}$/.test(timestamp))
    throw new CloudError(cloudCodes.parameterMissing, 'The user name needs access_key and timestamp in milliseconds.');
  if (parts.get('ver') !== '1' || parts.get('auth_mode') !== 'accessKey' || parts.get('sign_method') !== 'sha256')
    throw new CloudError(
      cloudCodes.parameterInvalid,
      'The user name needs ver=1, auth_mode=accessKey and sign_method=sha256.',
    );
  return { key, timestamp: Number(timestamp) };
}
