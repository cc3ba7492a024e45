import { compile } from './compile.js';
import { fromModules } from './module.js';

export * from './module.js';

// Bundlers find the files by these expressions.
const [core, core2, core3] = await Promise.all([
  compile(new URL('./component/vault-aws-login.core.wasm', import.meta.url)),
  compile(new URL('./component/vault-aws-login.core2.wasm', import.meta.url)),
  compile(new URL('./component/vault-aws-login.core3.wasm', import.meta.url)),
]);

export const {
  signLogin,
  checkLogin,
  explainLogin,
  explainRefusal,
  explainPasted,
  clockOffset,
  login,
  createSession,
} = fromModules({ core, core2, core3 });
