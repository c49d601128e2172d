import { ErrorCodes, ResponseError } from 'vscode-languageserver';
import * as z from 'zod/mini';
import type {
  CatalogueParams,
  CompileParams,
  DeclarationsParams,
  DeployedPlansParams,
  InitializationOptions,
  PlansParams,
  PrintParams,
  Settings,
} from './protocol.ts';

/**
 * What the client says beside LSP, held against the shapes of `protocol.ts` before anything works with it. What newer
 * clients add is passed over.
 */
const answer = <T extends z.ZodMiniType>(value: T) =>
  z.union([
    z.object({ kind: z.literal('good'), value }),
    z.object({ kind: z.literal('bad'), reason: z.string() }),
    z.object({ kind: z.literal('notKnown') }),
  ]);
const nullable = <T extends z.ZodMiniType>(value: T) => z.union([value, z.null()]);
const texts = z.array(z.string());

/** A plan as far as it is read here; the rest is carried as it is. */
const plan = z.looseObject({
  name: z.string(),
  digest: z.string(),
  product: z.string(),
  effective: z.looseObject({
    start: z.string(),
    end: z.string(),
    zone: z.string(),
    startUtc: z.string(),
    endUtc: z.string(),
  }),
  targets: z.looseObject({ all: z.boolean(), include: texts, exclude: texts }),
  components: z.array(
    z.looseObject({ component: z.string(), identifier: z.string(), target: z.string(), sources: texts }),
  ),
  mode: z.looseObject({ kind: z.enum(['silent', 'manual']) }),
  conditions: z.looseObject({ batteryPercent: z.number(), signalDbm: z.number() }),
  retry: z.number(),
  waves: z.looseObject({ steps: z.array(z.looseObject({ percent: z.number(), waitMinutes: z.number() })) }),
  allow: z.array(z.looseObject({ code: z.string(), reason: z.string() })),
});

const catalogue = z.object({
  center: nullable(z.string()),
  products: z.optional(answer(z.array(z.object({ productKey: z.string(), name: z.string() })))),
  packages: z.optional(
    answer(
      z.array(
        z.object({
          name: z.string(),
          type: z.enum(['module', 'mcu']),
          version: z.string(),
          sourceVersion: nullable(z.string()),
          sha256: texts,
          size: z.optional(z.number()),
        }),
      ),
    ),
  ),
  plans: z.optional(answer(z.array(z.object({ name: z.string(), status: z.string(), plan })))),
  devices: z.optional(
    z.record(
      z.string(),
      answer(
        z.array(
          z.object({
            deviceKey: z.string(),
            name: z.optional(z.string()),
            online: z.optional(z.boolean()),
            versions: z.record(z.string(), z.string()),
            lastSeen: nullable(z.number()),
          }),
        ),
      ),
    ),
  ),
});

const counts = z.looseObject({ upgraded: z.number(), upgradeFailed: z.number(), total: z.number() });
const deployedPlans = z.object({
  plans: nullable(
    z.array(
      z.object({
        name: z.string(),
        status: z.string(),
        digest: nullable(z.string()),
        counts: nullable(counts),
        reason: z.optional(z.string()),
      }),
    ),
  ),
});

/** What a person writes into settings may be anything: what is no switch is not there. */
const flag = z.catch(z.optional(z.boolean()), undefined);
const settings = z.catch(
  z.object({
    codeLens: flag,
    inlayHints: z.catch(z.object({ utc: flag, devices: flag, period: flag, packages: flag }), {}),
  }),
  { inlayHints: {} },
);
const initializationOptions = z.catch(
  z.object({ rulesUrl: z.optional(z.string()), now: z.optional(z.number()), files: z.optional(z.boolean()) }),
  {},
);

/** Checks a message. Throws an `InvalidParams` that names the place, which LSP carries back to the client. */
function reader<T>(schema: z.ZodMiniType): (said: unknown) => T {
  return (said) => {
    const result = z.safeParse(schema, said);
    if (result.success) return result.data as T;
    const [issue] = result.error.issues;
    const at = issue?.path.map(String).join('.') ?? '';
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `${at === '' ? 'The message' : at}: ${issue?.message ?? 'wrong'}`,
    );
  };
}

export const readCatalogue = reader<CatalogueParams>(catalogue);
export const readDeployedPlans = reader<DeployedPlansParams>(deployedPlans);
export const readCompile = reader<CompileParams>(z.object({ uri: z.string(), plan: z.optional(z.string()) }));
export const readPlans = reader<PlansParams>(z.object({ uri: z.optional(z.string()) }));
export const readDeclarations = reader<DeclarationsParams>(
  z.object({
    earlier: z.array(
      z.object({
        uri: z.string(),
        text: nullable(z.string()),
        facts: z.optional(z.object({ size: z.number(), sha256: z.string() })),
        gone: z.optional(z.boolean()),
      }),
    ),
  }),
);
export const readPrint = reader<PrintParams>(z.object({ plan }));

export const readSettings = reader<Settings>(settings);
export const readInitializationOptions = reader<InitializationOptions>(initializationOptions);
