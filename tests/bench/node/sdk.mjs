// Prints a login made with the AWS SDK for JavaScript: its chain of credentials and its signer.
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';

import { signerWith } from './signers/smithy.mjs';

console.log(await signerWith(fromNodeProviderChain())());
