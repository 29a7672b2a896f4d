export type Qos = 0 | 1 | 2;

/** What is handed to the broker. */
export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
}
