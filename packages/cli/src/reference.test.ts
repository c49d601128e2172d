import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderCommandReference } from './reference.ts';
import { ioFor } from './testing.ts';

it('docs/command.md is what the commands say of themselves; “vitest -u” renews it', async () => {
  const { io } = ioFor({ cwd: '/' });
  const reference = await renderCommandReference(io);
  for (const word of ['diff', 'bump', 'import', 'package upload', '--exit-code']) expect(reference).toContain(word);
  await expect(reference).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/command.md'));
});
