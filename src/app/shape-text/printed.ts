/** What is written of a shape, and what is not. */

export interface PrintedShape {
  /** Without a semicolon, in an order in which they can run. */
  readonly statements: readonly string[]
  readonly unprinted: readonly string[]
}
