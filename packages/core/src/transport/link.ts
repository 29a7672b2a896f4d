import type { Limits } from './wait.ts';

/** An open byte channel to a meter. */
export interface Link extends AsyncDisposable {
  /** For people: `tcp://10.0.0.5:2001`, `serial:///dev/ttyUSB0 115200 8N1`. */
  readonly name: string;
  /**
   * The next bytes that arrived; null if nothing does in time. One reader at a time.
   * @throws BridgeError link/lost when the other end is gone and everything from it has been read
   */
  read(limits: Limits): Promise<Uint8Array | null>;
  /**
   * Resolves when the bytes have left.
   * @throws BridgeError link/timeout, link/lost
   */
  write(bytes: Uint8Array, limits: Limits): Promise<void>;
  /** Forgets what has arrived and was not read. */
  discard(): void;
  /** Can be called again; reads and writes under way throw link/lost. */
  close(): Promise<void>;
}
