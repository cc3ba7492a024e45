import { createHash, createHmac } from 'node:crypto';

/** Node's own hash, in the shape that the AWS SDK's signer wants. */
export class Sha256 {
  constructor(secret) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(data) {
    this.hash.update(data);
  }

  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}
