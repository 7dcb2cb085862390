/** Bad input from the command line, or a machine that lacks what was asked for: told without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
