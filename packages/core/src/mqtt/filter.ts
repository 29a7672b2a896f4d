/** Whether a topic fits a subscription with `+` and `#`; topics with `$` are for filters with `$` only (MQTT 5, 4.7). */
export function matchesFilter(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [i, want] of wanted.entries()) {
    if (want === '#') return true;
    if (i >= levels.length) return false;
    if (want !== '+' && want !== levels[i]) return false;
  }
  return wanted.length === levels.length;
}

/** What is wrong with a topic to publish to, or null. A broker ends the connection over such a topic. */
export function topicFault(topic: string): string | null {
  if (topic === '') return 'it is empty';
  if (topic.includes('+') || topic.includes('#')) return 'it holds a wildcard (+ or #)';
  if (topic.includes('\0')) return 'it holds a NUL character';
  return Buffer.byteLength(topic) > 65_535 ? 'it is longer than 65535 bytes' : null;
}
