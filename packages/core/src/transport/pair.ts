import { duplexPair } from 'node:stream';
import type { Link } from './link.ts';
import { streamLink } from './stream-link.ts';

/** Two links in memory: what is written to one is read from the other. For simulated meters and tests. */
export function linkPair(): [Link, Link] {
  const [near, far] = duplexPair();
  return [copying(streamLink('pair://near', near)), copying(streamLink('pair://far', far))];
}

/** A writer may use its bytes again, as with any other link. */
function copying(link: Link): Link {
  return { ...link, write: (bytes, limits) => link.write(bytes.slice(), limits) };
}
