import { Decimal } from '@meterbridge/core/codec';

/** A field of a message with its name for people and how many of its digits stand behind the point. */
export interface ScaledField<Message> {
  readonly key: string;
  readonly field: keyof Message;
  /** Negative: tens, hundreds. */
  readonly decimals: number;
}

/** The values of a record by key, in the order of the table. */
export function scaledValues<Message>(
  message: Message,
  table: readonly ScaledField<Message>[],
): ReadonlyMap<string, Decimal> {
  const values = new Map<string, Decimal>();
  for (const { key, field, decimals } of table)
    values.set(key, new Decimal(Number(message[field]), decimals));
  return values;
}

/** Rows of a table written as `key: [field, decimals]`. */
export function scales<Message>(
  rows: Readonly<Record<string, readonly [field: keyof Message, decimals: number]>>,
): readonly ScaledField<Message>[] {
  return Object.entries(rows).map(([key, [field, decimals]]) => ({ key, field, decimals }));
}
