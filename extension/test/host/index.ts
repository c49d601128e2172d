import Mocha from 'mocha';

/** The entry that VS Code's extension host runs. Tests come in one bundle: mocha is only given the functions to call. */
export async function run(): Promise<void> {
  const grep = process.env['OTAPLAN_TEST_GREP'];
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, color: false, ...(grep === undefined ? {} : { grep }) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./manifest.test.ts');
  await import('./language.test.ts');
  await import('./review.test.ts');
  await import('./accounts.test.ts');
  await import('./network.test.ts');
  await import('./faults.test.ts');
  // These share one local Developer Center and one rollout, in this order.
  await import('./deploy.test.ts');
  await import('./monitor.test.ts');
  await import('./logs.test.ts');
  await import('./retry.test.ts');
  await import('./lifecycle.test.ts');
  await import('./local.test.ts');
  await import('./resilience.test.ts');
  await import('./scale.test.ts');
  await new Promise<void>((resolve, reject) => {
    // Said at once, not only in the summary: a run that never ends tells all the same.
    mocha.suite.afterEach(function () {
      const error = this.currentTest?.err;
      // biome-ignore lint/suspicious/noConsole: tests report by it
      if (error) console.log(`      ${error.message.replaceAll('\n', '\n      ')}`);
    });
    const runner = mocha.run((failures) => {
      // A host that is killed half-way also reports code 0: only this line says that the run came to its end.
      const result = { passes: runner.stats?.passes ?? 0, failures, pending: runner.stats?.pending ?? 0 };
      // biome-ignore lint/suspicious/noConsole: the harness reads it
      console.log(`VSC-HOST-RESULT ${JSON.stringify(result)}`);
      if (failures > 0) reject(new Error(`${failures} tests failed`));
      else resolve();
    });
  });
}
