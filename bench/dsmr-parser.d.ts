declare module 'dsmr-parser' {
  const parser: {
    /** @throws Error if the text is no telegram or its CRC is wrong */
    parse(telegram: string): { readonly objects: Readonly<Record<string, unknown>> };
  };
  export = parser;
}
