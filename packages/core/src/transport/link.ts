import type { Limits } from '../time/index.ts';

/** An open byte channel to a meter. */
export interface Link extends AsyncDisposable {
  /** For people: `tcp://10.0.0.5:2001`, `serial:///dev/ttyUSB0 115200 8N1`. */
  readonly name: string;
  /**
   * The next bytes that arrived, which then belong to the caller; null if none did in time.
   * Bytes that arrived before the other end went away are still delivered. One read at a time.
   * @throws BridgeError link/lost
   */
  read(limits: Limits): Promise<Uint8Array | null>;
  /**
   * Resolves when the bytes were handed over and have left. Writes go out one after the other and are never torn: one
   * that has begun is finished by the link even after its time is up, one that has not is dropped then.
   * @throws BridgeError link/timeout, link/lost
   */
  write(bytes: Uint8Array, limits: Limits): Promise<void>;
  /** Forgets what has arrived and was not read yet; tells whether there was anything. */
  discard(): boolean;
  /** Can be called again and never throws; a read or write under way throws link/lost. */
  close(): Promise<void>;
}
