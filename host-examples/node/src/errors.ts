import type { LoginRule } from './component/interfaces/vault-aws-login-inspector.js';
import type { InputField, InputRule } from './component/interfaces/vault-aws-login-signer.js';

export type { InputField, InputRule };

/** Why an input was refused. The list is complete; the package's WIT says when each arises and what mends it. */
export type Rule = InputRule | LoginRule;

/** The input that a refusal is about. */
export type Field = InputField;

/** An input that was refused. Never holds a secret. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  /** Why: for programs to branch on. */
  readonly rule: Rule;
  /** Which input; `undefined` for a login that cannot be explained. */
  readonly field: Field | undefined;

  constructor(refusal: { readonly rule: Rule; readonly field?: Field; readonly message: string }) {
    super(refusal.message);
    this.rule = refusal.rule;
    this.field = refusal.field;
  }
}

/** Calls into the component, whose refusals become a {@link LoginError}. */
export function refusable<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    // The generated code throws its own class, with the record of the contract in `payload`.
    const payload: unknown = error instanceof Error && 'payload' in error ? error.payload : undefined;
    if (typeof payload !== 'object' || payload === null) throw error;
    throw new LoginError(payload as ConstructorParameters<typeof LoginError>[0]);
  }
}
