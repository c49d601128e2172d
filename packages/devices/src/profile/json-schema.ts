import * as z from 'zod';
import { Profile } from './profile.ts';

/** A JSON Schema, as far as it is looked into here. */
export interface JsonSchema {
  readonly description?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** The JSON Schema of a fault profile as it is written, for editors. Made from the schema that reads it. */
export function profileJsonSchema(): JsonSchema {
  return z.toJSONSchema(Profile, { io: 'input', target: 'draft-7' }) as JsonSchema;
}
