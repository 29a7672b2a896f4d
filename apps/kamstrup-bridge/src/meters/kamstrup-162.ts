import type { MeterProfile } from './profile.ts';

export const kamstrup162 = {
  model: '162',
  parameters: ['energy_import', 'energy_export', 'power_import', 'power_export'],
} as const satisfies MeterProfile;
