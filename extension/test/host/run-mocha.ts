import Mocha from 'mocha';

/** Runs suites in VS Code's extension host. They come in one bundle: mocha is only given the functions to call. @param load imports them */
export async function runMocha(load: () => Promise<void>): Promise<void> {
  const grep = process.env['OTAPLAN_TEST_GREP'];
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, color: false, ...(grep === undefined ? {} : { grep }) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
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
