/**
 * For hosts that compile the core module themselves, or may not compile at all.
 *
 * @module
 */
import { instantiate } from './component/vault-aws-login.js';
import { loginWith, type Login } from './login.js';
import { signLoginWith, type SignLogin } from './sign.js';

export type { Token } from './answer.js';
export { LoginError, VaultError, type Field, type Rule, type VaultErrorDetails } from './errors.js';
export type { Login, VaultLoginOptions } from './login.js';
export type { Fetch, Server } from './post.js';
export type { Credentials, LoginOptions, SignLogin, SignOptions, StsEndpoint } from './sign.js';

/** Everything this package does. */
export interface VaultAwsLogin {
  readonly signLogin: SignLogin;
  readonly login: Login;
}

/** Makes the functions of this package from its compiled core module, `vault-aws-login/core.wasm`. */
export function fromModule(core: WebAssembly.Module): VaultAwsLogin {
  // The component imports nothing, so there is nothing to hand to it.
  const component = instantiate(() => core, {});
  const signLogin = signLoginWith(component.signer);
  return { signLogin, login: loginWith(signLogin) };
}
