/**
 * Loaded into a server by `--import`: its wall clock is that of the machine and so many milliseconds, which its parent sets. Timers are
 * not touched, as when somebody sets the clock of a machine.
 */
let aheadMs = Number(process.env['OTAPLAN_CLOCK_AHEAD'] ?? 0);
const Machine = Date;
const now = () => Machine.now() + aheadMs;

globalThis.Date = new Proxy(Machine, {
  construct: (date, given, as) => Reflect.construct(date, given.length === 0 ? [now()] : given, as),
  get: (date, name) => (name === 'now' ? now : Reflect.get(date, name)),
});

process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('aheadMs' in message)) return;
  aheadMs = Number(message.aheadMs);
  process.send?.({ set: true });
});
// The parent's end of the line does not keep the server alive.
process.channel?.unref();
