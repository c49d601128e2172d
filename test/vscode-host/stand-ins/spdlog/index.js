'use strict';
// In the place of the compiled module: writes VS Code's log files, and with them every Output channel, in plain JavaScript.
// Without it Output channels stay empty.

const fs = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

class Logger {
  constructor(_kind, name, filename, mostBytes, mostFiles) {
    Object.assign(this, { name, filename, mostBytes, mostFiles, level: 0, plain: false, closed: false });
    fs.mkdirSync(path.dirname(filename), { recursive: true });
    this.bytes = fs.statSync(filename, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(level, message) {
    if (this.closed || level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, -1);
    const text = this.plain ? String(message) : `${time} [${levels[level]}] ${message}\n`;
    try {
      if (this.mostBytes > 0 && this.mostFiles > 0 && this.bytes > this.mostBytes) this.rotate();
      fs.appendFileSync(this.filename, text);
      this.bytes += Buffer.byteLength(text);
    } catch {
      // a log line must never end its process
    }
  }

  rotate() {
    const { dir, name, ext } = path.parse(this.filename);
    const numbered = (n) => (n === 0 ? this.filename : path.join(dir, `${name}.${n}${ext}`));
    for (let n = this.mostFiles; n > 0; n--) {
      if (fs.existsSync(numbered(n - 1))) fs.renameSync(numbered(n - 1), numbered(n));
    }
    this.bytes = 0;
  }

  trace(message) {
    this.write(0, message);
  }
  debug(message) {
    this.write(1, message);
  }
  info(message) {
    this.write(2, message);
  }
  warn(message) {
    this.write(3, message);
  }
  error(message) {
    this.write(4, message);
  }
  critical(message) {
    this.write(5, message);
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  setPattern() {
    this.plain = false;
  }
  clearFormatters() {
    this.plain = true;
  }
  flush() {}
  drop() {
    this.closed = true;
  }
}

const creator = (kind) => async (name, filename, mostBytes, mostFiles) =>
  new Logger(kind, name, filename, mostBytes, mostFiles);

// One by one: an ES module that imports this file sees only names assigned in this form.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = creator('rotating');
exports.createAsyncRotatingLogger = creator('rotating_async');
