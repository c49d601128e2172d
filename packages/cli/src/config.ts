import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { configName } from './config-name.ts';
import { CliError, exits } from './io.ts';

/** `otaplan.config.json`: connections by name. Holds no secrets. */
const Config = z.object({
  connections: z.record(z.string(), z.object({ server: z.url({ protocol: /^https?$/ }) })).default({}),
  default: z.string().optional(),
});
export type Config = z.infer<typeof Config>;

/** The configuration of the folder or of the nearest one above it; empty when there is none. Throws a CliError when it is broken. */
export async function readConfig(folder: string): Promise<Config> {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, configName);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new CliError(exits.usage, `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
      }
      if (dirname(at) === at) return { connections: {} };
      continue;
    }
    return parse(text, path);
  }
}

function parse(text: string, path: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CliError(exits.usage, `${path} is not JSON. Put it right, or remove it.`);
  }
  const parsed = Config.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CliError(exits.usage, `${path}: “${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'is wrong'}.`);
}
