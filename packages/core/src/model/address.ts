export interface TcpAddress {
  /** Name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly tcpPort: number;
}

/** Where a meter is reached. */
export type Address =
  | { readonly kind: 'serial'; readonly path: string }
  | ({ readonly kind: 'tcp' } & TcpAddress);
