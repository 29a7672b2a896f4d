import { duplexPair } from 'node:stream';
import type { Link } from './link.ts';
import { streamLink } from './stream-link.ts';

/** Two links in memory: what is written to one is read from the other. For tests. */
export function linkPair(): [Link, Link] {
  const [near, far] = duplexPair();
  return [streamLink('pair://near', near), streamLink('pair://far', far)];
}
