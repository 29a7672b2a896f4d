import type { MeterProfile } from './profile.ts';

export const kamstrup382 = {
  model: '382',
  parameters: [
    'energy_import',
    'energy_export',
    'power_import',
    'power_export',
    'voltage_l1',
    'voltage_l2',
    'voltage_l3',
  ],
} as const satisfies MeterProfile;
