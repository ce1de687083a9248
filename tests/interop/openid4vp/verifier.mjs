// A verifier made of @openid4vc/openid4vp, dcql and @sd-jwt/sd-jwt-vc, over https, told what to do by a
// test. The request and its signing, the reading of an answer, the judging of presentations and of the
// query are the libraries'. What they cannot do stands where it is done for them:
//
// - they decrypt nothing: `decryptJwe` is the `jose` package;
// - openid4vp 0.4.6 sets `aud` to the address of the request; OpenID4VP 1.0, 5.8 wants a fixed one;
// - it knows no `wallet_nonce` (5.10), and reads no form of the request address (`asked`);
// - it reads an error only in clear: what was encrypted is shown to the test (`opened`);
// - they leave it to their verifier whom to believe, and what an audience is (`judged`).

import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import { Openid4vpVerifier } from "@openid4vc/openid4vp";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { DcqlPresentationResult, DcqlQuery } from "dcql";
import { compactDecrypt, exportJWK, generateKeyPair } from "jose";
import * as keys from "./keys.mjs";
import { obey } from "./lines.mjs";

const ENCS = ["A128GCM", "A256GCM"];
const AUDIENCE = "https://self-issued.me/v2";
const fresh = () => crypto.randomBytes(24).toString("base64url");
const state = { sent: [], knobs: {} };
let base;

/** The verifier's clock stands where its test put it; the library asks `new Date()`. */
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length ? given : [(state.knobs.at ?? 0) * 1000]));
  }
  static now() {
    return (state.knobs.at ?? 0) * 1000;
  }
};

const callbacks = {
  hash: keys.hash,
  fetch,
  async signJwt(signer, { header, payload }) {
    const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const key = crypto.createPrivateKey(state.knobs.key);
    const data = Buffer.from(parts.join("."));
    const signature = crypto.sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
    return { jwt: [...parts, signature.toString("base64url")].join("."), signerJwk: signer.publicJwk };
  },
  async decryptJwe(jwe) {
    const { plaintext, protectedHeader: header } = await compactDecrypt(jwe, state.secret, {
      keyManagementAlgorithms: ["ECDH-ES"],
      contentEncryptionAlgorithms: state.knobs.encs ?? ENCS,
    });
    const payload = new TextDecoder().decode(plaintext);
    Object.assign(state, { header, opened: JSON.parse(payload) });
    return { decrypted: true, payload, decryptionJwk: state.jwk };
  },
  verifyJwt: async () => ({ verified: false }), // no answer of ours is signed as a whole
};
const verifier = new Openid4vpVerifier({ callbacks });

/** The client identifier that this certificate carries. */
const clientId = () => {
  const { x5c, prefix, host } = state.knobs;
  const hash = crypto.createHash("sha256").update(Buffer.from(x5c[0], "base64")).digest("base64url");
  return prefix === "x509_san_dns" ? `x509_san_dns:${host}` : `x509_hash:${hash}`;
};

async function made(walletNonce) {
  const { query, info, x5c, more = {} } = state.knobs;
  const request = {
    response_type: "vp_token",
    response_mode: "direct_post.jwt",
    client_id: clientId(),
    nonce: state.nonce,
    state: state.own,
    response_uri: `${base}/answer`,
    dcql_query: query,
    client_metadata: {
      jwks: { keys: [...(state.knobs.unusable ?? []), state.jwk] },
      encrypted_response_enc_values_supported: state.knobs.encs ?? ENCS,
      vp_formats_supported: { "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] } },
    },
    ...(info ? { verifier_info: info } : {}),
    ...more,
  };
  const { authorizationRequestPayload, jar } = await verifier.createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: request,
    jar: {
      requestUri: `${base}/request`,
      expiresInSeconds: 300,
      additionalJwtPayload: { aud: AUDIENCE, ...(walletNonce ? { wallet_nonce: walletNonce } : {}) },
      jwtSigner: { method: "x5c", alg: "ES256", x5c },
    },
  });
  state.request = authorizationRequestPayload;
  return jar.authorizationRequestJwt;
}

/** The request object, by GET or with what a wallet posts about itself. */
async function asked(method, text) {
  const form = new URLSearchParams(text);
  state.form = method === "POST" ? { wallet: JSON.parse(form.get("wallet_metadata") ?? "null"), nonce: form.get("wallet_nonce") } : null;
  return [200, await made(state.form?.nonce), "application/oauth-authz-req+jwt"];
}

/** Signatures, digests, `nonce`, `aud`, times, and the issuer under the anchor it must stand under. */
async function judged(compact) {
  const [jwt] = compact.split("~");
  const header = JSON.parse(Buffer.from(jwt.split(".")[0], "base64url"));
  const leaf = keys.leafUnder(state.knobs.issuer, header.x5c);
  if (!leaf) throw new Error("an issuer nobody knows");
  const judge = new SDJwtVcInstance({
    hasher: keys.hash,
    verifier: async (data, signature) => keys.holds(leaf.publicKey, data, signature),
    kbVerifier: async (data, signature, payload) => keys.holds(keys.publicKey(payload.cnf.jwk), data, signature),
    statusListFetcher: async () => {
      throw new Error("no status list is looked at here");
    },
  });
  judge.verifyStatus = async () => {};
  const { payload, kb } = await judge.verify(compact, { keyBindingNonce: state.nonce, currentDate: state.knobs.at });
  if (kb.payload.aud !== state.request.client_id) throw new Error("meant for another");
  return payload;
}

async function answered(text) {
  const authorizationResponse = Object.fromEntries(new URLSearchParams(text));
  const found = await verifier.parseOpenid4vpAuthorizationResponse({
    authorizationResponse,
    authorizationRequestPayload: state.request,
    callbacks,
  });
  const payload = found.authorizationResponsePayload;
  if (payload.state !== state.own) throw new Error("another state");
  const token = found.dcql.presentations;
  const presented = {};
  for (const [id, list] of Object.entries(token)) {
    const claims = await Promise.all(list.map(judged));
    presented[id] = claims.map((one) => ({
      credential_format: "dc+sd-jwt",
      vct: one.vct,
      claims: one,
      cryptographic_holder_binding: true,
    }));
  }
  const query = DcqlQuery.parse(state.request.dcql_query);
  const result = DcqlPresentationResult.fromDcqlPresentation(presented, { dcqlQuery: query });
  state.result = { satisfied: result.can_be_satisfied, presented, header: state.header };
  return [200, JSON.stringify({ redirect_uri: `${base}/done` }), "application/json"];
}

async function open({ certificate, key }) {
  const server = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (incoming, answer) => {
    const parts = [];
    incoming.on("data", (part) => parts.push(part));
    incoming.on("end", async () => {
      const text = Buffer.concat(parts).toString();
      const { pathname } = new URL(incoming.url, base);
      let [status, body, media] = [404, "", "text/plain"];
      try {
        if (pathname === "/request") [status, body, media] = await asked(incoming.method, text);
        if (pathname === "/answer") [status, body, media] = await answered(text);
      } catch (error) {
        [status, body, media] = [400, JSON.stringify({ error: "invalid_request" }), "application/json"];
        state.result = { refused: error.message, opened: state.opened };
      }
      state.sent.push([incoming.method, pathname, status]);
      answer.writeHead(status, { "content-type": media, "cache-control": "no-store" });
      answer.end(body);
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  server.unref();
  base = `https://localhost:${server.address().port}`;
  return { base };
}

await obey(
  {
    open,
    be(knobs) {
      state.knobs = knobs;
      return {};
    },
    /** A fresh request, and its link; the key it is answered to is for this one alone. */
    async request({ post = false }) {
      const { publicKey, privateKey } = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
      const jwk = { ...(await exportJWK(publicKey)), alg: "ECDH-ES", use: "enc", kid: fresh() };
      Object.assign(state, { secret: privateKey, jwk, nonce: fresh(), own: fresh(), result: null, opened: null });
      const query = new URLSearchParams({ client_id: clientId(), request_uri: `${base}/request` });
      if (post) query.set("request_uri_method", "post");
      return { link: `openid4vp://?${query}` };
    },
    saw: () => ({ ...state.result, form: state.form, state: state.own }),
  },
  () => {
    const { sent } = state;
    state.sent = [];
    return { sent };
  },
);
process.exit(0);
