export { atMost, type Limits, pause, settle, sleep } from './wait.ts';
