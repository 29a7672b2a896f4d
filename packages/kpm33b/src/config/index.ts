export { brokerWarnings, internalConnection } from './brokers.ts';
export { type Migrated, migrate } from './migrate.ts';
export { type InternalBroker, internalBroker, type Kpm33bConfig, kpm33bSections } from './sections.ts';
export { configFlowSettings, proxySettings } from './settings.ts';
