export { Announcer, type AnnouncerOptions } from './announcer.ts';
export {
  type DiscoverySettings,
  deviceMessage,
  type MeterEntities,
} from './entity.ts';
export { deviceLayout, type Layout } from './layout.ts';
