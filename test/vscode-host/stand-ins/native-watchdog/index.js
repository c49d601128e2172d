'use strict';
// In the place of the compiled module: ends this process when the one it belongs to is gone.

const pollMilliseconds = 3000;
const exitCodeOfAnOrphan = 87;

exports.start = (ownerPid) => {
  const timer = setInterval(() => {
    try {
      process.kill(ownerPid, 0);
    } catch (error) {
      if (error.code === 'ESRCH') process.exit(exitCodeOfAnOrphan);
    }
  }, pollMilliseconds);
  timer.unref();
};
exports.exit = (code) => process.exit(code || 0);
