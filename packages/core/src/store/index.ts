export { MemoryOutbox, type Outbox, type OutboxSettings, type Outgoing } from './outbox.ts';
