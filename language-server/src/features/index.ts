import type { Feature } from './feature.ts';
import { formatting } from './formatting.ts';

/** Everything the server can do. A feature is its file and its line here. */
export const features: readonly Feature[] = [formatting];
