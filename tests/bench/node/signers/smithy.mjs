import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import { encodeLogin, example } from '../example.mjs';
import { Sha256 } from '../sha256.mjs';

const { accessKeyId, secretAccessKey } = example;

/** Makes a function that signs logins with the AWS SDK's signer. */
export function signerWith(credentials) {
  const signer = new SignatureV4({ credentials, region: example.region, service: 'sts', sha256: Sha256 });
  return async () => {
    const request = new HttpRequest({
      method: 'POST',
      protocol: 'https:',
      hostname: example.host,
      path: '/',
      headers: {
        host: example.host,
        'content-type': example.contentType,
        'x-vault-aws-iam-server-id': example.serverId,
      },
      body: example.body,
    });
    const { headers } = await signer.sign(request);
    return encodeLogin(headers);
  };
}

export default signerWith({ accessKeyId, secretAccessKey });
