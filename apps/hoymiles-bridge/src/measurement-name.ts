import { nearest } from '@meterbridge/core/config';
import type { Measurement } from '@meterbridge/core/model';
import * as z from 'zod';

/** Key of a measurement that one of the tables has: any other would be without effect, and nobody would know why. */
export function measurementName(...tables: readonly (readonly Measurement[])[]) {
  const keys = [...new Set(tables.flat().map(({ key }) => key))];
  return z.string().refine((key) => keys.includes(key), {
    error: ({ input }) => {
      const near = nearest(String(input), keys);
      return near ? `is no measurement; did you mean "${near}"?` : `must be one of ${keys.join(', ')}`;
    },
  });
}
