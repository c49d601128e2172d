/** `npm run vscode`: a real VS Code with the extension, the water-meter example, a local Developer Center and a rollout under way. */
import { step } from './steps.ts';

step('firmware of the example', 'node', ['examples/water-meter/make-firmware.ts']);
step('the VSIX', 'node', ['extension/package.mjs']);
step('VS Code', 'node', ['test/vscode-host/src/demo.ts', ...process.argv.slice(2)]);
