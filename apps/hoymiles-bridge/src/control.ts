import { BridgeError } from '@meterbridge/core/errors';
import type { Control } from '@meterbridge/core/model';
import type { MeterCommand } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/transport';
import { localTime } from './clock.ts';
import type { DtuSession } from './dtu-session.ts';
import type { ModbusClient } from './modbus-client.ts';
import { REQUEST } from './protocol/commands.ts';
import { checkLimit, limitRequest, powerRequest } from './protocol/control.ts';
import { decodeMessage, encodeMessage } from './protocol/message.ts';
import { isGen2 } from './protocol/serial.ts';
import { ACTION } from './reader-dtu.ts';

/** An inverter keeps its limit in an EEPROM, which wears. */
const LIMIT_EVERY_MS = 60_000;
const STATUS_EVERY_MS = 3_000;
const STATUS_FOR_MS = 60_000;
const MICROINVERTER = 1;

const LIMIT: Control = {
  key: 'power_limit',
  name: 'Power limit',
  kind: 'number',
  unit: '%',
  min: 2,
  max: 100,
  step: 1,
};
const POWER: Control = { key: 'power', name: 'Inverters', kind: 'switch' };
const RESTART: Control = {
  key: 'restart',
  name: 'Restart inverters',
  kind: 'button',
  deviceClass: 'restart',
};

/** What a DTU can be told: all its inverters at once. On Modbus they cannot be restarted. */
export const CONTROLS: Readonly<Record<'modbus' | 'protobuf', readonly Control[]>> = {
  modbus: [LIMIT, POWER],
  protobuf: [LIMIT, POWER, RESTART],
};

/** What shall be done, once it is known to make sense. */
export type Order =
  | { readonly kind: 'limit'; readonly percent: number }
  | { readonly kind: 'power'; readonly isOn: boolean }
  | { readonly kind: 'restart' };

/** Decides which commands are carried out. Time is passed in, as milliseconds that only grow. */
export class ControlRules {
  #limit: number | null = null;
  #limitedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param serials of the inverters that it is for
   * @returns null if all is as it shall be
   * @throws BridgeError control/out-of-range, control/refused
   */
  judge(
    { key, text }: Pick<MeterCommand, 'key' | 'text'>,
    serials: readonly string[],
    nowMs: number,
  ): Order | null {
    if (key === POWER.key) return { kind: 'power', isOn: switched(text) };
    if (key === RESTART.key && text === 'PRESS') return { kind: 'restart' };
    if (key !== LIMIT.key) throw new BridgeError('control/refused', `"${text}" is no command of ${key}`);
    const percent = /^\d{1,3}(?:\.\d)?$/.test(text) ? Number(text) : Number.NaN;
    checkLimit(percent, serials.find(isGen2) ?? null);
    if (percent === this.#limit) return null;
    const waitMs = this.#limitedMs + LIMIT_EVERY_MS - nowMs;
    if (waitMs > 0) {
      const detail = `inverters wear with each new limit: the next one is taken in ${Math.ceil(waitMs / 1000)} s`;
      throw new BridgeError('control/refused', detail);
    }
    this.#limitedMs = nowMs;
    return { kind: 'limit', percent };
  }

  /** An order was carried out. */
  done(order: Order): void {
    if (order.kind === 'limit') this.#limit = order.percent;
  }
}

function switched(text: string): boolean {
  if (text === 'ON') return true;
  if (text === 'OFF') return false;
  throw new BridgeError('control/refused', `"${text}" is neither ON nor OFF`);
}

/** The echo of a DTU is its confirmation. @throws BridgeError meter/…, frame/…, control/… */
export async function orderOverModbus(client: ModbusClient, order: Order): Promise<void> {
  if (order.kind === 'restart')
    throw new BridgeError('control/refused', 'inverters cannot be restarted over Modbus');
  await client.ask(
    order.kind === 'limit' ? limitRequest('all', order.percent) : powerRequest('all', order.isOn),
  );
}

export interface OrderContext {
  readonly serials: readonly string[];
  readonly timezone: string;
  readonly signal: AbortSignal;
  readonly tell: MeterCommand['tell'];
}

/** Waits until the DTU says that all inverters have done it. @throws BridgeError meter/…, frame/…, control/… */
export async function orderOverProtobuf(
  session: DtuSession,
  order: Order,
  context: OrderContext,
): Promise<void> {
  const { serials, signal, tell } = context;
  const { time } = localTime(Date.now(), context.timezone);
  const action = actionOf(order);
  const isLimit = order.kind === 'limit';
  const payload = encodeMessage('Command', {
    time,
    action,
    packages: 1,
    transaction: time,
    ...(isLimit
      ? { text: `A:${Math.round(order.percent * 10)},B:0,C:0\r` }
      : { kind: MICROINVERTER, serials: serials.map((serial) => Number.parseInt(serial, 16)) }),
  });
  const answer = await session.ask(isLimit ? REQUEST.command : REQUEST.cloudCommand, payload);
  const { error } = decodeMessage('CommandReply', answer).fields;
  if (error !== 0) throw new BridgeError('control/refused', `the DTU refused it with error ${error}`);
  if (!isLimit) return;
  tell('running');
  const deadline = performance.now() + STATUS_FOR_MS;
  while (!(await isDone(session, action, time))) {
    if (performance.now() > deadline)
      throw new BridgeError('control/refused', 'the inverters did not confirm it within a minute');
    await sleep(STATUS_EVERY_MS, signal);
  }
}

function actionOf(order: Order): number {
  if (order.kind === 'limit') return ACTION.limit;
  if (order.kind === 'restart') return ACTION.restartInverter;
  return order.isOn ? ACTION.inverterOn : ACTION.inverterOff;
}

/** @throws BridgeError control/refused if an inverter has failed */
async function isDone(session: DtuSession, action: number, transaction: number): Promise<boolean> {
  const request = encodeMessage('CommandStatus', { time: transaction + 1, action, transaction });
  const { fields } = decodeMessage('CommandStatusReply', await session.ask(REQUEST.commandStatus, request));
  const [error] = fields.errors;
  if (error) throw new BridgeError('control/refused', `an inverter refused it with error ${error.code}`);
  if (fields.failed.length > 0) throw new BridgeError('control/refused', 'an inverter did not do it');
  return fields.transaction === transaction && fields.running.length === 0 && fields.done.length > 0;
}
