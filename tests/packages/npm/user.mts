// A strict user of every entry.
import { createSession, explainRefusal, login, LoginError, VaultError, type Lease, type Token } from 'vault-aws-login';
import { fromModules, type CoreModules } from 'vault-aws-login/module';
import { signLogin, type SignLogin } from 'vault-aws-login/sign';
import core from 'vault-aws-login/core.wasm';
import core2 from 'vault-aws-login/core2.wasm';
import core3 from 'vault-aws-login/core3.wasm';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
const modules: CoreModules = { core, core2, core3 };
export const alone: SignLogin = signLogin;
export const same: SignLogin = fromModules(modules).signLogin;
export const token: Promise<Token> = login({ vaultAddr: 'https://vault.example.com', credentials });
export const session = (adopt: Lease) =>
  createSession({ vaultAddr: 'https://vault.example.com', credentials: async () => credentials, adopt });
export const said = (error: unknown): string | undefined =>
  error instanceof LoginError ? error.rule : error instanceof VaultError ? error.refusal?.clientFix : undefined;
export const fix: string | undefined = explainRefusal({ status: 400 }).clientFix;
// @ts-expect-error A core module has no functions before it is instantiated.
core.signLogin();
// @ts-expect-error There is no such entry.
export type Nothing = typeof import('vault-aws-login/dist/node.js');
