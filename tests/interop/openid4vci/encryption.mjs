// Requests and answers as JWE (OpenID4VCI 1.0, 10), by the `jose` package.
//
// The library encrypts and decrypts nothing, and knows `credential_response_encryption` only as
// drafts had it, with an `alg` of its own: what it sends goes through here on the way out, where the
// member of 1.0 is added, and what comes back on the way in.

import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from "jose";

const ALG = "ECDH-ES";

/** A fetch that seals what is asked of the card endpoints, and opens what they answer. */
export async function sealed(issuer, enc, fetch) {
  const [theirs] = issuer.credential_request_encryption.jwks.keys;
  const recipient = await importJWK(theirs, theirs.alg);
  const { publicKey, privateKey } = await generateKeyPair(ALG, { crv: "P-256", extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg: ALG, use: "enc", kid: "of-this-answer" };
  const secret = [issuer.credential_endpoint, issuer.deferred_credential_endpoint];
  return async (url, init) => {
    if (!secret.includes(String(url))) return fetch(url, init);
    const message = { ...JSON.parse(init.body), credential_response_encryption: { jwk, enc } };
    const body = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(message)))
      .setProtectedHeader({ alg: theirs.alg, enc, kid: theirs.kid })
      .encrypt(recipient);
    const headers = new Headers(init.headers);
    headers.set("content-type", "application/jwt");
    const answer = await fetch(url, { ...init, body, headers });
    if (!answer.ok) return answer; // an error is never encrypted (8.3.1)
    const media = answer.headers.get("content-type");
    if (media !== "application/jwt") throw new Error(`expected a JWE, got ${media}`);
    const opened = await compactDecrypt(await answer.text(), privateKey, {
      keyManagementAlgorithms: [ALG],
      contentEncryptionAlgorithms: [enc],
    });
    const found = new Headers(answer.headers);
    found.set("content-type", "application/json");
    found.delete("content-length");
    return new Response(opened.plaintext, { status: answer.status, headers: found });
  };
}
