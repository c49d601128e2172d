#!/usr/bin/env node
// Runs on any Node, so that an old one is told what is wrong instead of failing at new syntax.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const needed = 24;
const bundle = path.join(__dirname, '..', 'dist', 'bundle', 'otaplan.cjs');

/** In a workspace that brings its own Node (npm's `node` package), that one; else null. */
function broughtAlong() {
  for (let at = __dirname; ; at = path.dirname(at)) {
    const file = path.join(at, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (fs.existsSync(file)) return file;
    if (path.dirname(at) === at) return null;
  }
}

function tell(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function start() {
  if (!fs.existsSync(bundle)) return tell('otaplan is not built yet. Run “npx pnpm run build” in the workspace first.');
  if (Number(process.versions.node.split('.')[0]) >= needed) {
    require('node:module').enableCompileCache();
    require(bundle);
    return;
  }
  const node = broughtAlong();
  if (node === null) {
    return tell(
      `otaplan needs Node ${needed} or newer; this is ${process.versions.node}. Install it from https://nodejs.org.`,
    );
  }
  const args = [__filename].concat(process.argv.slice(2));
  const child = require('node:child_process').spawn(node, args, { stdio: 'inherit' });
  ['SIGINT', 'SIGTERM'].forEach((signal) => {
    // Ctrl-C in a terminal reaches both, and twice would mean at once; what was sent to us alone is passed on.
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !(process.stdin.isTTY || process.stderr.isTTY)) child.kill(signal);
    });
  });
  child.on('exit', (code, signal) => {
    process.exit(signal ? 130 : code);
  });
}

start();
