import type { BridgeError } from '../errors/index.ts';
import type { Address, CommandState, LineSettings, Meter, Reading } from '../model/index.ts';
import type { SeenFrame } from '../observe/index.ts';
import type { StateSpace } from '../store/index.ts';
import type { Link } from '../transport/index.ts';
import type { Poll, PolledEntry } from './poll.ts';

/** One entry of the configuration: a meter, or a line with several. */
export interface Entry {
  readonly id: string;
}

/** What a meter is told to do. */
export interface MeterCommand {
  readonly meter: Meter;
  /** Of the control. */
  readonly key: string;
  /** As sent: a number, ON, OFF, PRESS. */
  readonly text: string;
  /** Tells whoever sent it how it is getting on; done and failed are told anyway. */
  tell(state: CommandState, detail?: string): void;
}

/** How meters are doing that are asked one by one. */
export interface Polling {
  /**
   * In the order of the entries; kept while the source fails and is started again.
   * @param isGrowing more of them are being looked for
   */
  polls(entries: readonly PolledEntry[], isGrowing?: boolean): readonly Poll[];
  /** What came of asking one of them. */
  polled(poll: Poll, outcome: readonly Reading[] | BridgeError): void;
}

/** What a source gets to work with. */
export interface SourceContext<E extends Entry> {
  readonly entry: E;
  /** Aborted when the source shall end. */
  readonly signal: AbortSignal;
  /** What the source must know again after a restart: small values, a space for each entry. */
  readonly state: StateSpace;
  /**
   * From now on, commands for meters of this entry go there, also while a source that failed waits to be started
   * again; what it throws is the command's failure.
   */
  onCommand(handle: (command: MeterCommand) => Promise<void>): void;
  /** Opens the link to the meter; the caller closes it. */
  open(address: Address, line: LineSettings): Promise<Link>;
  /**
   * Nothing is due for so long. A source that waits without saying so, and without a reading, frame or report, for
   * more than some minutes is taken for hanging.
   */
  waits(ms: number): void;
  /** For `pollMeters` alone: a source does not touch it. */
  readonly polling: Polling;
  /** Something went wrong that the source gets over by itself, such as one bad frame: counted, and logged now and then. */
  report(error: BridgeError): void;
  /** A frame came in, or bytes in which one was lost: the last ones are kept for whoever looks for a fault. */
  frame(frame: SeenFrame): void;
}

/**
 * An endless flow of readings from one entry of the configuration. It ends by throwing: the runtime tells what
 * happened, waits, and starts it again.
 */
export type Source<E extends Entry> = (context: SourceContext<E>) => AsyncIterable<Reading>;
