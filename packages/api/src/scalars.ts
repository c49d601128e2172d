import {
  componentTypes,
  isComponentIdentifier,
  isDeviceKey,
  isProductKey,
  limits,
  versionProblem,
  versionSchemes,
} from '@otaplan/model';
import * as z from 'zod';

/** The small schemas that every resource uses. */

const noControls = (text: string) => !/\p{Cc}/u.test(text) && text.isWellFormed();

export const ProductKey = z.string().refine(isProductKey, 'A product key is 1 to 32 letters and digits.');
export const DeviceKey = z.string().refine(isDeviceKey, 'A device key is 4 to 32 letters and digits.');
export const ComponentIdentifier = z
  .string()
  .refine(isComponentIdentifier, 'A component identifier is 1 to 32 bytes without control characters.');
export const ComponentType = z.enum(componentTypes);
export const Version = z
  .string()
  .refine((text) => versionProblem(text, null) === null, 'A version is 1 to 64 of A-Z a-z 0-9 _ . -');
export const VersionScheme = z.enum(versionSchemes);
export const Name = z
  .string()
  .min(1)
  .max(limits.nameCharacters)
  .refine(noControls, 'A name has no control characters.')
  .refine((text) => text.trim() !== '', 'A name is not blank.');
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'A SHA-256 is 64 hexadecimal digits in lower case.');
export const FileName = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (text) => noControls(text) && !/[/\\]/.test(text) && text !== '.' && text !== '..',
    'A file name has no folders.',
  );
/** An instant, `YYYY-MM-DDTHH:MM:SS[.mmm]Z`. */
export const Instant = z.iso.datetime();
/** Text from a device or a person that is shown and logged: bounded; control characters and lone surrogates are replaced. */
export const ShownText = (most: number) =>
  z
    .string()
    .max(most)
    .transform((text) => text.toWellFormed().replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd'));

/** One page of a list: `nextCursor` is opaque, `null` on the last page. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
export const PageQuery = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

/** A status of ours, or one that a newer server invented: kept as it came. */
export function openEnum<const T extends readonly string[]>(names: T): z.ZodType<T[number] | (string & {})> {
  return z.string().meta({ examples: [...names] });
}
