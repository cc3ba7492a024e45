// Logs in with the options that are posted, and answers the token or what went wrong.
import { login, VaultError } from 'vault-aws-login';
import { signLogin } from 'vault-aws-login/sign';

export default {
  async fetch(request) {
    if (request.method !== 'POST') return new Response('expected a post\n', { status: 405 });
    const options = await request.json();
    if (typeof signLogin(options) !== 'string') throw new Error('expected a login');
    const told = await login(options).then(
      ({ token }) => ({ token }),
      (error) => ({ message: error instanceof VaultError ? error.message : `unexpected: ${error.stack}` }),
    );
    return Response.json(told);
  },
};
