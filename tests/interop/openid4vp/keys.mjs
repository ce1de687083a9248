// What the libraries ask of whoever uses them: hashes, signatures and whom to believe.
// Only node:crypto; nothing of this project's own code is in it.

import crypto from "node:crypto";

globalThis.crypto ??= crypto.webcrypto; // Node 18 keeps it in node:crypto alone; `jose` wants it

export const hash = (data, algorithm) =>
  new Uint8Array(crypto.createHash(algorithm.replace("-", "")).update(data).digest());

export const saltGenerator = (length) => crypto.randomBytes(length).toString("hex").slice(0, length);

/** Signs with a private JWK, raw r || s. */
export const signer = (jwk) => {
  const key = crypto.createPrivateKey({ key: jwk, format: "jwk" });
  return async (data) =>
    crypto
      .sign("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" })
      .toString("base64url");
};

/** Whether this signature is of this key. */
export function holds(key, data, signature) {
  const bytes = Buffer.from(signature, "base64url");
  return crypto.verify("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }, bytes);
}

export const publicKey = (jwk) => crypto.createPublicKey({ key: jwk, format: "jwk" });

/** The leaf of an `x5c`, if the authority that was given issued it. */
export function leafUnder(anchor, x5c) {
  const authority = new crypto.X509Certificate(Buffer.from(anchor, "base64"));
  const leaf = new crypto.X509Certificate(Buffer.from(x5c[0], "base64"));
  return leaf.checkIssued(authority) && leaf.verify(authority.publicKey) ? leaf : undefined;
}
