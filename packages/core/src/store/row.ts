import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Qos } from '../mqtt/index.ts';
import type { Outgoing } from './outgoing.ts';

/** A reading in the outbox. */
export interface Row extends Outgoing {
  /** Ascending in the order in which the readings are to be sent. */
  id: number;
  /** When it was put, milliseconds since 1970. */
  readonly at: number;
  readonly topic: string;
  readonly backlogTopic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  /** About what it takes, in memory and in the file. */
  readonly bytes: number;
  /** To be called once the message cannot get lost any more. */
  onKept: (() => void) | undefined;
  /** On the monotonic clock, when it was given to the broker; null: it waits. */
  takenMs: number | null;
}

/** Of a row in the file besides its texts. */
const ROW_BYTES = 64;

export function rowOf(id: number, message: Outgoing, backlogTopic: string): Row {
  const { topic, payload, qos, retain } = message;
  const bytes = topic.length + backlogTopic.length + payload.length + ROW_BYTES;
  const { onKept } = message;
  return { id, at: Date.now(), topic, backlogTopic, payload, qos, retain, bytes, onKept, takenMs: null };
}

export function readRow(columns: Readonly<Record<string, SQLOutputValue>>): Row {
  const { id, at, topic, backlog_topic, payload, qos, retain, bytes } = columns;
  return {
    id: Number(id),
    at: Number(at),
    topic: String(topic),
    backlogTopic: String(backlog_topic),
    payload: String(payload),
    qos: qos === 2 ? 2 : 1,
    retain: retain === 1,
    bytes: Number(bytes),
    onKept: undefined,
    takenMs: null,
  };
}

export const INSERT_ROW =
  'INSERT OR REPLACE INTO outbox (id, at, topic, backlog_topic, qos, retain, bytes, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)';

export function writeRow(insert: StatementSync, row: Row): void {
  const { id, at, topic, backlogTopic, qos, retain, bytes, payload } = row;
  insert.run(id, at, topic, backlogTopic, qos, retain ? 1 : 0, bytes, payload);
}
