// Signs the vectors that are posted to it.
import { signLogin } from 'vault-aws-login';

import { vectorOptions } from '../../node/test/vector-options.js';

export default {
  async fetch(request) {
    return Response.json((await request.json()).map((vector) => signLogin(vectorOptions(vector))));
  },
};
