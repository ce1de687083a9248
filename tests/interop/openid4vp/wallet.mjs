// A wallet made of @openid4vc/openid4vp, dcql and @sd-jwt/sd-jwt-vc, told what to do by a test. The
// reading and checking of a request, the choice of cards, the presentation and the answer are the
// libraries'. What they cannot do stands where it is done for them:
//
// - they encrypt nothing: `encryptJwe` is the `jose` package;
// - they leave it to their wallet whom to believe (`verifyJwt`);
// - openid4vp 0.4.6 posts the members of its metadata as fields of the form, and no `wallet_nonce` at
//   all; OpenID4VP 1.0, 5.10 has the fields `wallet_metadata` (one JSON text) and `wallet_nonce`
//   (`asFinal`);
// - it reads no answer of `response_uri`: the test learns status and body.

import { Openid4vpClient } from "@openid4vc/openid4vp";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { DcqlQuery } from "dcql";
import { CompactEncrypt, importJWK } from "jose";
import * as keys from "./keys.mjs";
import { obey } from "./lines.mjs";

const METADATA = {
  vp_formats_supported: { "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] } },
  client_id_prefixes_supported: ["x509_hash"],
  authorization_encryption_alg_values_supported: ["ECDH-ES"],
  authorization_encryption_enc_values_supported: ["A256GCM"],
};
const wallet = { sent: [], cards: [] };

/** OpenID4VP 1.0, 5.10: two fields, of which the library knows neither. */
const asFinal = () =>
  new URLSearchParams({
    wallet_metadata: JSON.stringify(METADATA),
    wallet_nonce: wallet.nonce,
  });

async function through(url, init) {
  const asked = new URL(url).pathname.startsWith("/request/");
  const method = init?.method?.toUpperCase() ?? "GET";
  const final = asked && method === "POST" && !wallet.untouched;
  const answer = await fetch(url, { ...init, method, ...(final ? { body: asFinal() } : {}) });
  wallet.sent.push([method, new URL(url).pathname, answer.status]);
  return answer;
}

const callbacks = {
  hash: keys.hash,
  fetch: through,
  getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
  async verifyJwt(signer, { compact }) {
    if (signer.method !== "x5c" || signer.alg !== "ES256") return { verified: false };
    const leaf = keys.leafUnder(wallet.anchor, signer.x5c);
    const [header, payload, signature] = compact.split(".");
    if (!leaf || !keys.holds(leaf.publicKey, `${header}.${payload}`, signature))
      return { verified: false };
    return { verified: true, signerJwk: leaf.publicKey.export({ format: "jwk" }) };
  },
  async encryptJwe({ publicJwk, alg, enc, apu, apv }, plain) {
    const bytes = (text) => text && new Uint8Array(Buffer.from(text, "base64url"));
    const jwe = await new CompactEncrypt(new TextEncoder().encode(plain))
      .setProtectedHeader({ alg, enc, kid: publicJwk.kid })
      .setKeyManagementParameters({ apu: bytes(apu), apv: bytes(apv) })
      .encrypt(await importJWK(publicJwk, alg));
    return { encryptionJwk: publicJwk, jwe };
  },
};
const client = new Openid4vpClient({ callbacks });
const instance = (key) =>
  new SDJwtVcInstance({
    hasher: keys.hash,
    hashAlg: "sha-256",
    saltGenerator: keys.saltGenerator,
    kbSigner: keys.signer(key),
    kbSignAlg: "ES256",
  });

/** Every leaf that a claim set selected, in the shape the presentation wants. */
const frame = (selected) =>
  selected !== null && typeof selected === "object"
    ? Object.fromEntries(Object.entries(selected).map(([name, value]) => [name, frame(value)]))
    : true;

/** What the first card that may authorise it signs for, besides data (OpenID4VP 1.0, B.3.3). */
function signedFor(id) {
  const mine = wallet.transactions.filter((one) => one.transactionData.credential_ids[0] === id);
  if (mine.length === 0) return {};
  const digests = mine.map((one) => Buffer.from(keys.hash(one.encoded, "sha-256")).toString("base64url"));
  return { transaction_data_hashes: digests };
}

/** The cards that answer the query, in the verifier's first choice of claims. */
async function present(request, lies) {
  const query = DcqlQuery.parse(request.dcql_query);
  DcqlQuery.validate(query);
  const held = await Promise.all(
    wallet.cards.map(async ({ compact, key }) => {
      const claims = await instance(key).getClaims(compact);
      return { credential_format: "dc+sd-jwt", vct: claims.vct, claims, cryptographic_holder_binding: true };
    }),
  );
  const found = DcqlQuery.query(query, held);
  if (!found.can_be_satisfied) throw new Error("the query cannot be satisfied");
  const token = {};
  for (const [id, match] of Object.entries(found.credential_matches)) {
    if (!match.success) continue;
    const [best] = match.valid_credentials;
    const { compact, key } = wallet.cards[best.input_credential_index];
    const payload = {
      iat: Math.floor(Date.now() / 1000),
      aud: request.client_id,
      nonce: request.nonce,
      ...signedFor(id),
      ...lies,
    };
    const asked = frame(best.claims.valid_claim_sets[0].output);
    token[id] = [await instance(key).present(compact, asked, { kb: { payload } })];
  }
  return token;
}

async function send(payload, enc) {
  const request = wallet.request;
  const made = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: payload,
    jarm: {
      encryption: {},
      serverMetadata: {
        authorization_encryption_alg_values_supported: ["ECDH-ES"],
        authorization_encryption_enc_values_supported: [enc],
      },
    },
  });
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: payload,
    jarm: { responseJwt: made.jarm.responseJwt },
  });
  return { status: response.status, body: await response.json() };
}

await obey(
  {
    /** Which cards this wallet holds and whose signatures it believes. */
    be({ cards, anchor, untouched = false }) {
      Object.assign(wallet, { cards, anchor, untouched });
      return {};
    },
    /** Reads a link: fetches, checks and keeps the request. */
    async resolve({ link, nonce }) {
      wallet.nonce = nonce;
      const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
      const found = await client.resolveOpenId4vpAuthorizationRequest({
        authorizationRequestPayload: params,
        ...(nonce ? { wallet: { nonce, expectedNonce: nonce, metadata: METADATA } } : {}),
      });
      wallet.request = found.authorizationRequestPayload;
      wallet.transactions = found.transactionData ?? [];
      return {
        version: found.version,
        prefix: found.client.prefix,
        identifier: found.client.identifier,
        signed: found.jar?.signer.method,
        request: wallet.request,
        transactions: wallet.transactions.map((one) => one.transactionData),
      };
    },
    async answer({ enc = "A256GCM", lies = {} }) {
      return send({ vp_token: await present(wallet.request, lies) }, enc);
    },
    async decline({ error }) {
      return send({ error }, "A256GCM");
    },
  },
  () => {
    const { sent } = wallet;
    wallet.sent = [];
    return { sent };
  },
);
