#!/usr/bin/env node
// Runs on any Node, so that an old one is told what is wrong instead of failing at new syntax.
'use strict';
var needed = 24;
var major = Number(process.versions.node.split('.')[0]);
if (major < needed) {
  process.stderr.write(
    'otaplan needs Node ' +
      needed +
      ' or newer; this is ' +
      process.versions.node +
      '. Install it from https://nodejs.org.\n',
  );
  process.exit(2);
}
require('node:module').enableCompileCache();
var bundle = require('node:path').join(__dirname, '..', 'dist', 'bundle', 'otaplan.mjs');
if (!require('node:fs').existsSync(bundle)) {
  process.stderr.write('otaplan is not built yet. Run “npx pnpm run build” in the workspace first.\n');
  process.exit(2);
}
import(require('node:url').pathToFileURL(bundle).href).catch((error) => {
  process.stderr.write('otaplan failed: ' + (error && error.stack ? error.stack : error) + '\n');
  process.exit(1);
});
