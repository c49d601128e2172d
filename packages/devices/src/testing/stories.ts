/** Reports as short lines, such as `FOTA downloading 25` or `FOTA downloadFailed (cause)`. */
export function statusesIn(story: readonly string[]): string[] {
  return story.map((line) => {
    const { kind, identifier, status, progress, cause } = JSON.parse(line) as Record<string, string | undefined>;
    if (kind !== 'status') return kind ?? '';
    return [identifier, status, progress, cause && `(${cause})`].filter((part) => part !== undefined).join(' ');
  });
}
