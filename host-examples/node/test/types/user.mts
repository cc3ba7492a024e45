import { createSession, login, LoginError, signLogin, VaultError, type Lease, type Rule, type Token } from 'vault-aws-login';
import { signLogin as signAlone, type SignLogin } from 'vault-aws-login/sign';
import { fromModules, type CoreModules } from 'vault-aws-login/module';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', expiration: new Date() };
export const text: string = signLogin({ credentials, stsEndpoint: 'fips', time: 1440938160 });
export const token: Promise<Token> = login({ vaultAddr: 'https://vault', credentials: async () => credentials });
export const alone: SignLogin = signAlone;
export const rule = (error: unknown): Rule | number | undefined =>
  error instanceof LoginError ? error.rule : error instanceof VaultError ? error.status : undefined;
export const own = (modules: CoreModules): typeof signLogin => fromModules(modules).signLogin;
export const again = (adopt: Lease) => createSession({ vaultAddr: 'https://vault', credentials: async () => credentials, adopt });

// @ts-expect-error A login needs credentials.
signLogin({ role: 'dev' });
// @ts-expect-error There is no such rule.
export const nonsense: Rule = 'no-such-rule';
