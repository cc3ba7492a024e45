// Signs a Vault login with the AWS credentials in the environment, and prints it.
import { signLogin } from 'vault-aws-login';

const login = signLogin({
  credentials: {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID,
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
    sessionToken: process.env.AWS_SESSION_TOKEN,
  },
  role: 'dev',
});
console.log(login);
