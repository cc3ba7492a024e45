// Signs as often as the request says. A Worker's own clock stands still while it computes, so
// `workerd.mjs` measures from outside.
import { signLogin } from 'vault-aws-login';

export default {
  async fetch(request) {
    const { times, options } = await request.json();
    let login;
    for (let i = 0; i < times; i++) login = signLogin(options);
    return new Response(login);
  },
};
