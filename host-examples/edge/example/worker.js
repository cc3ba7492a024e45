// Signs a Vault login with the Worker's AWS credentials, and prints it: `workerd test` calls `test`.
import { signLogin } from 'vault-aws-login/sign';

export default {
  async test(_controller, env) {
    const login = signLogin({
      credentials: {
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
        sessionToken: env.AWS_SESSION_TOKEN ?? undefined,
      },
      role: 'dev',
    });
    console.log(login);
  },
};
