export { Announcer, type AnnouncerOptions } from './announcer.ts';
export {
  bridgeDeviceMessage,
  type DiscoverySettings,
  deviceMessage,
  type MeterEntities,
  removal,
} from './entity.ts';
export { deviceLayout, type Layout } from './layout.ts';
