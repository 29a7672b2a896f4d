/**
 * An entity's name without the name of its device, which Home Assistant puts in front of it anyway:
 * `Gas volume` of the device `Gas` is `Volume`. null, the device's main feature, if nothing is left.
 */
export function entityName(name: string, device: string): string | null {
  const rest = name.slice(device.length);
  const repeats = device !== '' && name.slice(0, device.length).toLowerCase() === device.toLowerCase();
  if (!repeats || /^[\p{L}\p{N}]/u.test(rest)) return name;
  const own = rest.replace(/^[^\p{L}\p{N}]+/u, '');
  return own === '' ? null : entityName(own.charAt(0).toUpperCase() + own.slice(1), device);
}
