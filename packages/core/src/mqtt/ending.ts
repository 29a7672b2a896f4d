/** How far a connection came: no socket; socket (and TLS) made; refused by the broker; accepted by the broker. */
export type Stage = 'outside' | 'handshake' | 'refused' | 'open';

export type Cause =
  /** CONNACK with a reason. */
  | { readonly kind: 'refused'; readonly reason: number }
  /** DISCONNECT of the broker, MQTT 5 only. */
  | { readonly kind: 'dismissed'; readonly reason: number }
  /** The other end closed the socket and told nothing. */
  | { readonly kind: 'closed' }
  /** No CONNACK, no answer to a ping, or no acknowledgement in time. */
  | { readonly kind: 'silent'; readonly what: string }
  /** Bytes that are no MQTT, or a packet that is too large. */
  | { readonly kind: 'garbage'; readonly detail: string }
  | { readonly kind: 'error'; readonly error: Error }
  /** By us. */
  | { readonly kind: 'aborted' };

/** How and when a connection ended. */
export interface Ending {
  readonly stage: Stage;
  readonly cause: Cause;
  /** Since the broker accepted the connection; 0 if it never did. */
  readonly openMs: number;
}

/** MQTT 5: unsupported protocol version; 3.1.1: unacceptable protocol version. */
const WRONG_VERSION: ReadonlySet<number> = new Set([0x84, 0x01]);

export function isWrongVersion({ cause }: Ending): boolean {
  return cause.kind === 'refused' && WRONG_VERSION.has(cause.reason);
}

/** Ended without a CONNACK, though the socket was fine: how an old broker may answer an MQTT version it does not know. */
export function isUnanswered({ stage, cause }: Ending): boolean {
  return stage === 'handshake' && cause.kind !== 'silent' && cause.kind !== 'aborted';
}

/** An accepted connection that the other end broke without giving a reason. */
export function isDropped({ stage, cause }: Ending): boolean {
  if (stage !== 'open') return false;
  return cause.kind === 'closed' || (cause.kind === 'error' && codeOf(cause.error) === 'ECONNRESET');
}

/** The `code` of a system or TLS error, e.g. `ECONNREFUSED`; empty without. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
