export { firstAccount } from '../accounts.ts';
export { openSqliteStore } from './open.ts';
