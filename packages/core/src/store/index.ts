export { Outbox } from './outbox.ts';
export type { OutboxLimits, Outgoing } from './outgoing.ts';
export { State, type StateSpace } from './state.ts';
export { Store, type StoreEvents, type StoreSettings, type StoreStats } from './store.ts';
