// Logs in with the options on standard input, and prints the token or what went wrong.
import { Buffer } from 'node:buffer';
import process from 'node:process';

import { login, VaultError } from 'vault-aws-login';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const options = JSON.parse(Buffer.concat(chunks).toString());
const told = await login(options).then(
  ({ token }) => ({ token }),
  (error) => ({ message: error instanceof VaultError ? error.message : `unexpected: ${error.stack}` }),
);
console.log(JSON.stringify(told));
