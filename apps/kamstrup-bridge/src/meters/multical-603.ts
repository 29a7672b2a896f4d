import type { MeterProfile } from './profile.ts';

export const multical603 = {
  model: 'MULTICAL 603',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
