/** A section of the configuration of another program: keys and values as YAML reads them. */
export type Section = Readonly<Record<string, unknown>>;

export function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((item) => textOf(item) ?? []) : [];
}

/** Numbers may stand there as texts, and texts as numbers. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function isTrue(value: unknown): boolean {
  return /^(?:true|1|yes)$/i.test(String(value));
}
