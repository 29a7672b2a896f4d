import { BridgeError } from '@meterbridge/core/errors';
import type { MeterCommand } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/time';
import { localTime } from '../clock.ts';
import { ACTION, DTU_KIND, sendCommand } from '../command.ts';
import type { DtuSession } from '../dtu-session.ts';
import type { ModbusClient } from '../modbus-client.ts';
import { REQUEST } from '../protocol/commands.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { limitRequest, powerRequest, temporaryLimitRequest, type WriteTarget } from '../protocol/write.ts';
import type { Order, Target } from './rules.ts';

const STATUS_EVERY_MS = 3_000;
const STATUS_FOR_MS = 60_000;

/**
 * The echo of a DTU is its confirmation.
 * @param entries places of the ports in the list of the DTU, by serial number: all ports of an inverter are told the same
 * @throws BridgeError meter/…, frame/…, control/…
 */
export async function orderOverModbus(
  client: ModbusClient,
  order: Order,
  target: Target,
  entries: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  if (order.kind === 'restart' || order.kind === 'restart-dtu')
    throw new BridgeError('control/refused', 'nothing can be restarted over Modbus');
  const request = (to: WriteTarget): Uint8Array => {
    if (order.kind === 'power') return powerRequest(to, order.isOn);
    return target.isTemporary ? temporaryLimitRequest(order.percent) : limitRequest(to, order.percent);
  };
  const places = target.isAll ? (['all'] as const) : target.serials.flatMap((one) => entries.get(one) ?? []);
  if (places.length === 0) throw new BridgeError('control/refused', 'the DTU does not list this inverter');
  for (const place of places) await client.ask(request(place));
}

export interface Progress {
  readonly timezone: string;
  readonly signal: AbortSignal;
  readonly tell: MeterCommand['tell'];
}

/** Waits until the DTU says that all inverters have a new limit. @throws BridgeError meter/…, frame/…, control/… */
export async function orderOverProtobuf(
  session: DtuSession,
  order: Order,
  { serials }: Target,
  { timezone, signal, tell }: Progress,
): Promise<void> {
  const { time } = localTime(Date.now(), timezone);
  const action = actionOf(order);
  if (order.kind !== 'limit') {
    const named = order.kind === 'restart-dtu' ? [] : serials;
    const numbers = named.map((serial) => Number.parseInt(serial, 16));
    const fields = { action, kind: DTU_KIND, serials: numbers };
    return await sendCommand(session, time, fields, REQUEST.cloudCommand);
  }
  const text = `A:${Math.round(order.percent * 10)},B:0,C:0\r`;
  await sendCommand(session, time, { action, text });
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
  if (order.kind === 'restart-dtu') return ACTION.restartDtu;
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
