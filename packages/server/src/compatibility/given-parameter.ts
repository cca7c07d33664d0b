/** A parameter as it was given. */
export interface GivenParameter {
  /** Its name in the table. */
  readonly name: string;
  /** Its values, in the order in which they were given; at least one. */
  readonly values: readonly string[];
  /** Tells the client that the parameter does not do what was asked. The reason holds no value. */
  readonly warn: (reason: string) => void;
}
