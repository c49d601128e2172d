import { directExchange, type Exchange, fetchExchange } from './exchange.ts';

/** For tests: every way in which requests reach a server, with its name. What holds over one holds over the other. */
export const bothExchanges: readonly (readonly [string, () => Exchange])[] = [
  ['connections of our own', () => directExchange()],
  ['a fetch', () => fetchExchange(fetch)],
];
