import type { ReadOption } from '@meterbridge/core/runtime';
import type { Port } from './config.ts';

/** Prints once what `extra: [all]` would publish. */
export const readAll: ReadOption<Port> = {
  flags: '--all',
  description: 'print objects that are in no table, too',
  entries: (ports) => ports.map((port) => ({ ...port, extra: ['all'] })),
};
