import { accountsConformance } from './accounts.ts';
import { type MakeStore, withStoreOf } from './bench.ts';
import { pagesConformance } from './pages.ts';
import { rowsConformance } from './rows.ts';

/** What every adapter of the store must do. */
export function storeConformance(make: MakeStore): void {
  const withStore = withStoreOf(make);
  rowsConformance(withStore);
  accountsConformance(withStore);
  pagesConformance(withStore);
}
