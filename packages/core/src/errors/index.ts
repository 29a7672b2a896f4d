import { type ErrorCode, errorCodes, type Retry } from './codes.ts';

export { type ErrorCode, type ErrorCodeInfo, errorCodes, type Retry } from './codes.ts';

export type Facts = Readonly<Record<string, unknown>>;

export interface BridgeErrorOptions extends ErrorOptions {
  /** Facts for the log line: byte offset, register, address … never a password. */
  readonly facts?: Facts;
  /** Says more than the hint of the code; used when the cause is known exactly. */
  readonly hint?: string;
}

/** The only error class. Match on `code`; the message is for people and may change. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly facts: Facts;
  readonly hint: string;

  constructor(code: ErrorCode, detail: string, options: BridgeErrorOptions = {}) {
    super(detail, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.facts = options.facts ?? {};
    this.hint = options.hint ?? errorCodes[code].hint;
  }

  get retry(): Retry {
    return errorCodes[this.code].retry;
  }
}

/** Whatever was thrown, as a BridgeError: its own kind unchanged, anything else as `internal/unexpected`. */
export function toBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return new BridgeError('internal/unexpected', messageOf(thrown), { cause: thrown });
}

/** What it says, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
