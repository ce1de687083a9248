// What the library asks of a wallet: keys, hashes, a clock and a judgement of signatures.
// Only node:crypto; nothing of this project's own code is in it.

import crypto from "node:crypto";
import { HashAlgorithm, calculateJwkThumbprint } from "@openid4vc/oauth2";

globalThis.crypto ??= crypto.webcrypto; // Node 18 keeps it in node:crypto alone; `jose` wants it

const secrets = new Map(); // thumbprint -> private key

let seconds = 0;

/** The issuer's clock stands where its test put it; the library asks `new Date()`. */
export function setClock(now) {
  seconds = now;
}

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length ? given : [seconds * 1000]));
  }
  static now() {
    return seconds * 1000;
  }
};

export const hash = (data, algorithm) =>
  new Uint8Array(crypto.createHash(algorithm.replace("-", "")).update(data).digest());

export const thumbprint = (jwk) =>
  calculateJwkThumbprint({ jwk, hashAlgorithm: HashAlgorithm.Sha256, hashCallback: hash });

/** A new key as the library wants to hear of it. */
export async function newSigner() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicJwk = publicKey.export({ format: "jwk" });
  secrets.set(await thumbprint(publicJwk), privateKey);
  return { method: "jwk", alg: "ES256", publicJwk };
}

export async function signJwt(signer, { header, payload }) {
  const key = secrets.get(await thumbprint(signer.publicJwk));
  const encoded = [header, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const data = encoded.join(".");
  const signature = crypto.sign("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" });
  return { jwt: `${data}.${signature.toString("base64url")}`, signerJwk: signer.publicJwk };
}

/** Signed metadata counts when its leaf was issued by the authority that this wallet was given. */
export const verifierUnder = (anchor) => (signer, { compact }) => {
  const refused = { verified: false };
  if (signer.method !== "x5c" || signer.alg !== "ES256") return refused;
  const authority = new crypto.X509Certificate(Buffer.from(anchor, "base64"));
  const leaf = new crypto.X509Certificate(Buffer.from(signer.x5c[0], "base64"));
  if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) return refused;
  const [header, payload, signature] = compact.split(".");
  const holds = crypto.verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    { key: leaf.publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  return holds ? { verified: true, signerJwk: leaf.publicKey.export({ format: "jwk" }) } : refused;
};

export const generateRandom = (length) => new Uint8Array(crypto.randomBytes(length));
