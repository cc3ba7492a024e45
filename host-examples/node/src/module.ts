/**
 * For hosts that compile the core module themselves, or may not compile at all.
 *
 * @module
 */
import { instantiate } from './component/vault-aws-login.js';
import { inspectorOf, type Inspector } from './inspect.js';
import { loginWith, type Login } from './login.js';
import { createSessionWith, type CreateSession } from './session.js';
import { signLoginWith, type SignLogin } from './sign.js';

export type { Token } from './answer.js';
export { LoginError, VaultError, type Field, type Rule, type VaultErrorDetails } from './errors.js';
export type { Fetch } from './exchange.js';
export type * from './inspect.js';
export type { Login, VaultLoginOptions } from './login.js';
export type { Server } from './post.js';
export type * from './session.js';
export type { Credentials, LoginOptions, SignLogin, SignOptions, StsEndpoint } from './sign.js';

/** Everything this package does. */
export interface VaultAwsLogin extends Inspector {
  readonly signLogin: SignLogin;
  readonly login: Login;
  readonly createSession: CreateSession;
}

/** Makes the functions of this package from its compiled core module, `vault-aws-login/core.wasm`. */
export function fromModule(core: WebAssembly.Module): VaultAwsLogin {
  // The component imports nothing, so there is nothing to hand to it.
  const component = instantiate(() => core, {});
  const signLogin = signLoginWith(component.signer);
  const inspector = inspectorOf(component.inspector);
  const login = loginWith(signLogin, inspector.explainRefusal);
  return { signLogin, ...inspector, login, createSession: createSessionWith(component.lifecycle) };
}
