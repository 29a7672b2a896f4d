import type { Packet } from 'mqtt';

/** A packet, or the change of one, over which the library does nothing. */
export const HARMLESS = { cmd: 'pingresp' } as const;

/** MQTT.js does not check that an acknowledgement says which one it is (MQTT 5, section 2.2.1). */
export function isSound(packet: Packet): boolean {
  switch (packet.cmd) {
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'suback':
    case 'unsuback':
      return isPacketId(packet.messageId);
    default:
      return true;
  }
}

function isPacketId(id: number | undefined): boolean {
  return id !== undefined && id > 0 && id <= 0xffff;
}
