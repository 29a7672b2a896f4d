/** ECMAScript's JSON.parse source text access, which the library of TypeScript does not know yet. */
interface JSON {
  rawJSON(text: string): unknown;
}
