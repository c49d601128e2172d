/** `npm run docs`: the documentation as a static site with its search, in docs/dist/site. Needs no network, and asks for none when read. */
import path from 'node:path';
import { root, step } from './steps.ts';

step('documentation', 'node', [path.join(root, 'docs/node_modules/vitepress/bin/vitepress.js'), 'build', 'docs']);
