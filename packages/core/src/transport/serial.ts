import { stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import { BridgeError } from '../errors/index.ts';
import { formatLine, type LineSettings } from '../model/index.ts';
import { type Limits, settle } from '../time/index.ts';
import type { Link } from './link.ts';
import { linkError } from './link-error.ts';
import { streamLink } from './stream-link.ts';

export interface SerialOptions extends LineSettings {
  /** Of the device, or of a link to it such as /dev/serial/by-id/…, which is followed at each opening. */
  readonly path: string;
}

/**
 * Opens a serial port for this process alone, without flow control. The limits are for opening only.
 * @throws BridgeError link/not-found, link/not-serial, link/permission, link/busy, link/timeout, link/lost, link/failed
 */
export async function openSerial(options: SerialOptions, limits: Limits): Promise<Link> {
  limits.signal?.throwIfAborted();
  const { path, baudRate, dataBits, parity, stopBits } = options;
  try {
    // The library opens anything, and leaves it open when it then finds no terminal.
    if (!(await stat(path)).isCharacterDevice())
      throw new BridgeError('link/not-serial', `cannot open ${path}: it is no serial device`);
    // Loaded only where there is a serial port: the native part takes a while.
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, lock: true, autoOpen: false });
    return await openPort(port, options, limits);
  } catch (error) {
    if (error instanceof BridgeError || limits.signal?.aborted) throw error;
    throw linkError(`cannot open ${path}`, error);
  }
}

function openPort(port: SerialPort, options: SerialOptions, limits: Limits): Promise<Link> {
  const { path, dtr = true, rts = true } = options;
  return settle<Link>(
    limits,
    () => {
      throw new BridgeError('link/timeout', `cannot open ${path}: the driver does not answer`, {
        facts: { timeoutMs: limits.timeoutMs },
      });
    },
    (resolve, reject) => {
      let isWanted = true;
      port.open((failure) => {
        if (failure) return reject(failure);
        // Pseudo terminals and some adapters do not have these lines.
        port.set({ dtr, rts }, () => {
          if (isWanted) resolve(serialLink(`serial://${path} ${formatLine(options)}`, port));
          // Without a callback, a failure would be an error event of a port that nobody listens to any more.
          else port.close(() => undefined);
        });
      });
      return () => {
        isWanted = false;
      };
    },
  );
}

function serialLink(name: string, port: SerialPort): Link {
  const close = () =>
    new Promise<void>((resolve) => {
      if (port.isOpen) port.close(() => resolve());
      else resolve();
    });
  watchForUnplugging(port, () => {
    port.destroy(new Error('the device is gone'));
    void close();
  });
  return streamLink(name, port, { drain: (done) => port.drain(done), close });
}

/**
 * A read from a device that vanished gives nothing, and the library then reads again and again without a pause. It does
 * poll the port while it waits for bytes, but not while it reads: so the port is polled all the time for this as well.
 */
function watchForUnplugging({ port }: SerialPort, onGone: () => void): void {
  if (!port || !('poller' in port)) return;
  port.poller.once('disconnect', onGone);
}
