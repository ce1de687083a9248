// The issuer's side of OpenID4VCI 1.0, 10, by the `jose` package: a key to be written to, and answers
// under the key of each request.

import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from "jose";

const ALG = "ECDH-ES";
const ENCS = ["A128GCM", "A256GCM"];

/** What stands in the metadata, and how a request is opened and its answer sealed. */
export async function opener() {
  const { publicKey, privateKey } = await generateKeyPair(ALG, { crv: "P-256", extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg: ALG, use: "enc", kid: "of-this-issuer" };
  const enc = { enc_values_supported: ENCS, encryption_required: true };
  return {
    metadata: {
      credential_request_encryption: { jwks: { keys: [jwk] }, ...enc },
      credential_response_encryption: { alg_values_supported: [ALG], ...enc },
    },
    async open(token) {
      const { plaintext } = await compactDecrypt(token, privateKey, {
        keyManagementAlgorithms: [ALG],
        contentEncryptionAlgorithms: ENCS,
      });
      const { credential_response_encryption: wanted, ...body } = JSON.parse(new TextDecoder().decode(plaintext));
      const recipient = await importJWK(wanted.jwk, ALG);
      const seal = (answer) =>
        new CompactEncrypt(new TextEncoder().encode(JSON.stringify(answer)))
          .setProtectedHeader({ alg: ALG, enc: wanted.enc, kid: wanted.jwk.kid })
          .encrypt(recipient);
      return { body, seal };
    },
  };
}
