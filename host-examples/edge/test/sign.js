// Signs the vectors that are posted to it, each in its own task.
import { LoginError, signLogin } from 'vault-aws-login';

import { vectorOptions } from '../../node/test/vector-options.js';

const sign = async (vector) => {
  try {
    return signLogin(vectorOptions(vector));
  } catch (error) {
    if (!(error instanceof LoginError)) throw error;
    const { rule, field, message } = error;
    return { rule, field, message };
  }
};

export default {
  async fetch(request) {
    return Response.json(await Promise.all((await request.json()).map(sign)));
  },
};
