/** The configuration of another program in our words. */
interface Migrated {
  readonly yaml: string;
  /** `key: what becomes of it`, one line each: what could not be taken over as it was. */
  readonly notes: readonly string[];
}

/** The configuration goes to standard output, what could not be taken over to standard error. */
export function printMigrated({ yaml, notes }: Migrated): void {
  process.stdout.write(yaml);
  for (const note of notes) process.stderr.write(`${note}\n`);
}
