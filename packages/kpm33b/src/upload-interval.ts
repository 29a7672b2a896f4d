import type { Level } from './measurements.ts';

/** Intervals that the meters take (MQTT protocol V1.9, chapter 4.1): seconds, and minutes. */
export const UPLOAD_SECONDS = [30, 60, 300, 600, 900, 1200, 1800, 3600] as const;
export const UPLOAD_MINUTES = [1, 5, 10, 15, 20, 30, 60, 1440] as const;

/** How commands name the two uploads. */
export const COMMAND_CODES = { seconds: '0000', minutes: '0001' } as const satisfies Record<Level, string>;
