/** The id becomes a level of topics: nothing but letters and digits may be in it. */
const DEVICE_ID = /^[A-Za-z0-9]{8,20}$/;

/** Whether a value of a payload can be the id of a meter: its serial number, 13 characters for a KPM33B. */
export function isDeviceId(value: unknown): value is string {
  return typeof value === 'string' && DEVICE_ID.test(value);
}

/** What addresses a meter in command topics: year, month, model code and number (MQTT protocol V1.9, section 1). */
export function addressOf(deviceId: string): string {
  return deviceId.slice(-8);
}
