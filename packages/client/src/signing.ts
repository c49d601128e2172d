import { sha256Hex } from '@otaplan/model';

/** What proves the account. The secret is used for the log-in's digest and kept nowhere else. */
export interface Credentials {
  readonly accessKey: string;
  readonly accessSecret: string;
}

/**
 * The query of the published access-key log-in (section 9): the user name says who and when, the password is the SHA-256 of
 * the user name, not encoded, followed by the secret.
 * @param now milliseconds since the epoch; the cloud takes a skew of 10 minutes
 */
export function loginQuery(credentials: Credentials, now: number) {
  const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${credentials.accessKey}&timestamp=${now}`;
  return {
    grant_type: 'password' as const,
    username,
    password: sha256Hex(username + credentials.accessSecret),
  };
}
