// The same as login.mjs, for a program of CommonJS.
const { readFileSync } = require('node:fs');
const { login, VaultError } = require('vault-aws-login');
const { signLogin } = require('vault-aws-login/sign');

const options = JSON.parse(readFileSync(0, 'utf8'));
if (typeof signLogin(options) !== 'string') throw new Error('expected a login');
login(options)
  .then(
    ({ token }) => ({ token }),
    (error) => ({ message: error instanceof VaultError ? error.message : `unexpected: ${error.stack}` }),
  )
  .then((told) => console.log(JSON.stringify(told)));
