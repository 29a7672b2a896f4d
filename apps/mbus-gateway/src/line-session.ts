import { bytesOf } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import type { Reading } from '@meterbridge/core/model';
import type { SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import { decryptWith } from './aes.ts';
import type { MbusLine, MbusMeter } from './config.ts';
import type { Answer } from './exchange.ts';
import { Master } from './master.ts';
import type { SecondaryAddress } from './protocol/secondary-address.ts';
import { decodeTelegram } from './protocol/telegram.ts';
import { readingOf } from './reader.ts';
import { readOut } from './readout.ts';

/** What decides how a line is spoken on. */
export type LineKeys = Pick<MbusMeter, 'address' | 'baud' | 'dtr' | 'rts' | 'tcp_latency' | 'answer_timeout'>;

/** What a USB adapter holds bytes back for. */
const SERIAL_LATENCY_MS = 16;

/** A line while it is open. Whoever wants to ask waits for its turn: there is one exchange at a time. */
export class LineSession implements AsyncDisposable {
  readonly #context: SourceContext<MbusLine>;
  #link: { readonly link: Link; readonly baud: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: SourceContext<MbusLine>) {
    this.#context = context;
  }

  /**
   * Reads one meter.
   * @param onAddress told its secondary address
   * @throws BridgeError as readOut; link/…
   */
  async read(
    meter: MbusMeter,
    intervalMs: number,
    onAddress: (address: SecondaryAddress | null) => void,
  ): Promise<Reading> {
    const { key, max_telegrams: maxTelegrams } = meter;
    const readout = await this.inTurn(meter, (master) =>
      readOut(master, meter.meter, { maxTelegrams, decrypt: key ? decryptWith(bytesOf(key)) : undefined }),
    );
    onAddress(readout.address);
    if (readout.problem) this.#context.report(readout.problem);
    return readingOf(readout, meter, { epochMs: Date.now(), intervalMs });
  }

  /** Has the line for itself while `work` goes on. */
  async inTurn<T>(keys: LineKeys, work: (master: Master) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => work(masterOf(await this.#open(keys), keys, this.#context)));
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  /** Meters of another speed need the port anew. */
  async #open(keys: LineKeys): Promise<Link> {
    if (this.#link && this.#link.baud !== keys.baud && keys.address.kind === 'serial') await this.#close();
    if (!this.#link) {
      const { dtr, rts } = keys;
      const line = { baudRate: keys.baud, dataBits: 8, parity: 'even', stopBits: 1, dtr, rts } as const;
      this.#link = { link: await this.#context.open(keys.address, line), baud: keys.baud };
    }
    return this.#link.link;
  }

  async #close(): Promise<void> {
    await this.#link?.link.close();
    this.#link = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

function masterOf(link: Link, keys: LineKeys, { signal, frame }: SourceContext<MbusLine>): Master {
  return new Master(link, {
    baudRate: keys.baud,
    latencyMs: keys.address.kind === 'tcp' ? keys.tcp_latency : SERIAL_LATENCY_MS,
    answerMs: keys.answer_timeout,
    signal,
    onAnswer: (answer) => tell(answer, frame),
  });
}

function tell({ frame, bytes, noise }: Answer, show: SourceContext<MbusLine>['frame']): void {
  if (bytes.length === 0) return;
  if (!frame) show({ bytes, error: new BridgeError('frame/malformed', `${noise} bytes that are no frame`) });
  else if (frame.type === 'long' || frame.type === 'control') {
    const telegram = decodeTelegram(frame);
    const count = 'records' in telegram ? (telegram.records?.length ?? 0) : 0;
    show({ bytes, decoded: `from address ${frame.a}: ${count} ${count === 1 ? 'record' : 'records'}` });
  }
}
