// An issuer with its authorization server made of @openid4vc/openid4vci and @openid4vc/oauth2, over
// https, told what to do by a test. Reading and judging of requests, proofs, attestations, tokens and
// DPoP, and the shape of every answer, are the libraries'. What they cannot do stands where it is done:
//
// - they make no SD-JWT and no JWE (`card`, `sealing.mjs`);
// - they hand out no DPoP nonce and no attestation challenge (`nonced`, `challenged`);
// - they know no notification endpoint, and refuse a `notification_id` beside deferred cards (`later`);
// - they leave it to their issuer whom to believe (`verifyJwt`), and what is for once (the maps).

import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import readline from "node:readline";
import { Oauth2AuthorizationServer, Oauth2ResourceServer } from "@openid4vc/oauth2";
import { Openid4vciIssuer } from "@openid4vc/openid4vci";
import * as keys from "./keys.mjs";
import { opener } from "./sealing.mjs";

const PREAUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
const NONCE = "a-nonce-of-this-server";
const b64 = (data) => Buffer.from(data).toString("base64url");
const fresh = () => b64(crypto.randomBytes(24));
const sha = (text) => b64(keys.hash(Buffer.from(text), "sha-256"));

const state = { sent: [], knobs: {}, codes: {}, pushed: {}, refreshes: {}, waiting: {}, notified: [] };
let issuer, base, jwt;

/** Who may have signed: a key in the header, or a leaf under the authority that was given. */
async function verifyJwt(signer, { compact, header }) {
  const [head, payload, signature] = compact.split(".");
  const anchors = { "oauth-client-attestation+jwt": state.knobs.provider, "key-attestation+jwt": state.knobs.provider };
  let key;
  if (signer.method === "jwk") key = crypto.createPublicKey({ key: signer.publicJwk, format: "jwk" });
  if (signer.method === "x5c") {
    const authority = new crypto.X509Certificate(Buffer.from(anchors[header.typ] ?? "", "base64"));
    const leaf = new crypto.X509Certificate(Buffer.from(signer.x5c[0], "base64"));
    if (leaf.checkIssued(authority) && leaf.verify(authority.publicKey)) key = leaf.publicKey;
  }
  const data = Buffer.from(`${head}.${payload}`);
  const bytes = Buffer.from(signature, "base64url");
  if (!key || !crypto.verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, bytes)) return { verified: false };
  return { verified: true, signerJwk: key.export({ format: "jwk" }) };
}

const callbacks = { hash: keys.hash, generateRandom: keys.generateRandom, signJwt: keys.signJwt, verifyJwt, fetch };
const server = new Oauth2AuthorizationServer({ callbacks });
const resource = new Oauth2ResourceServer({ callbacks });
const vci = new Openid4vciIssuer({ callbacks });

const proofTypes = () => {
  const { proof = "jwt", attested = false } = state.knobs;
  const one = { proof_signing_alg_values_supported: ["ES256"] };
  return { [proof]: attested ? { ...one, key_attestations_required: {} } : one };
};

function metadata() {
  const { encrypted, haip } = state.knobs;
  const made = {
    credential_issuer: base,
    authorization_servers: [base],
    credential_endpoint: `${base}/card`,
    nonce_endpoint: `${base}/nonce`,
    deferred_credential_endpoint: `${base}/later`,
    notification_endpoint: `${base}/told`,
    batch_credential_issuance: { batch_size: 5 },
    credential_configurations_supported: {
      diploma: {
        format: "dc+sd-jwt",
        vct: state.knobs.vct,
        scope: "diploma",
        cryptographic_binding_methods_supported: ["jwk"],
        credential_signing_alg_values_supported: ["ES256"],
        proof_types_supported: proofTypes(),
        credential_metadata: {
          display: [{ name: "Diploma", locale: "nl" }],
          claims: [{ path: ["degree"], display: [{ name: "Graad", locale: "nl" }], mandatory: true }],
        },
      },
    },
    ...(encrypted ? state.sealing.metadata : {}),
  };
  const authorization = {
    issuer: base,
    authorization_endpoint: `${base}/login`,
    token_endpoint: `${base}/token`,
    pushed_authorization_request_endpoint: `${base}/push`,
    require_pushed_authorization_requests: true,
    jwks_uri: `${base}/keys`,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token", PREAUTHORIZED],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: [haip ? "attest_jwt_client_auth" : "none"],
    dpop_signing_alg_values_supported: ["ES256"],
    authorization_response_iss_parameter_supported: true,
    "pre-authorized_grant_anonymous_access_supported": !haip,
    ...(haip ? { challenge_endpoint: `${base}/challenge` } : {}),
  };
  return {
    originalDraftVersion: "V1",
    credentialIssuer: vci.createCredentialIssuerMetadata(made),
    authorizationServers: [server.createAuthorizationServerMetadata(authorization)],
    knownCredentialConfigurations: vci.getKnownCredentialConfigurationsSupported(made),
  };
}

/** What stands before and after a signature of this issuer (RFC 7515). */
function signed(typ, payload) {
  const header = { typ, alg: "ES256", x5c: state.knobs.x5c };
  const data = [header, payload].map((part) => b64(JSON.stringify(part))).join(".");
  const key = crypto.createPrivateKey(state.knobs.cardKey);
  return `${data}.${b64(crypto.sign("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }))}`;
}

const signedMetadata = () =>
  signed("openidvci-issuer-metadata+jwt", { ...issuer.credentialIssuer, sub: base, iat: Math.floor(Date.now() / 1000) });

/** An SD-JWT VC whose one claim can be withheld (RFC 9901), bound to this key. */
async function card(jwk) {
  const disclosure = b64(JSON.stringify([fresh(), "degree", "Master"]));
  const now = Math.floor(Date.now() / 1000);
  const payload = { vct: state.knobs.vct, iat: now, exp: now + 86400, cnf: { jwk }, _sd: [sha(disclosure)], _sd_alg: "sha-256" };
  return `${signed("dc+sd-jwt", payload)}~${disclosure}~`;
}

class Answer extends Error {
  constructor(status, body, headers = {}) {
    super(JSON.stringify(body));
    Object.assign(this, { status, body, headers });
  }
}

/** RFC 9449, 8 and 9: this server's nonce belongs in every proof. */
function nonced(request, { token }) {
  const [, payload] = (request.headers.get("dpop") ?? "..").split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString() || "{}");
  if (claims.nonce === NONCE) return;
  const headers = { "dpop-nonce": NONCE };
  if (token) throw new Answer(400, { error: "use_dpop_nonce" }, headers);
  throw new Answer(401, {}, { ...headers, "www-authenticate": 'DPoP error="use_dpop_nonce", algs="ES256"' });
}

/** ABCA 8: our challenge stands in the proof of the attestation. */
function challenged(request) {
  if (!state.knobs.haip) return;
  const [, payload] = (request.headers.get("oauth-client-attestation-pop") ?? "..").split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString() || "{}");
  if (claims.challenge !== "a-challenge") throw new Answer(400, { error: "use_attestation_challenge" }, { "oauth-client-attestation-challenge": "a-challenge" });
}

const vouched = (parsed) =>
  state.knobs.haip
    ? { clientAttestation: { required: true, ...parsed.clientAttestation } }
    : {};

async function push(request, form) {
  nonced(request, { token: true });
  challenged(request);
  const parsed = await server.parsePushedAuthorizationRequest({ request, authorizationRequest: form });
  const { dpop } = await server.verifyPushedAuthorizationRequest({
    request,
    authorizationRequest: parsed.authorizationRequest,
    authorizationServerMetadata: issuer.authorizationServers[0],
    dpop: { ...parsed.dpop, required: true },
    ...vouched(parsed),
  });
  const uri = `urn:ietf:params:oauth:request_uri:${fresh()}`;
  state.pushed[uri] = { ...parsed.authorizationRequest, jkt: dpop.jwkThumbprint };
  const { pushedAuthorizationResponse } = server.createPushedAuthorizationResponse({ requestUri: uri, expiresInSeconds: 60 });
  return [201, pushedAuthorizationResponse];
}

/** The login page of this town says yes at once; in the browser of the test. */
function login(url) {
  const uri = url.searchParams.get("request_uri");
  const pushed = state.pushed[uri];
  delete state.pushed[uri];
  if (!pushed || pushed.client_id !== url.searchParams.get("client_id")) throw new Answer(400, { error: "invalid_request" });
  const code = fresh();
  state.codes[code] = pushed;
  const back = new URL(pushed.redirect_uri);
  const { state: own } = pushed;
  for (const [name, value] of Object.entries({ code, state: own, iss: base })) back.searchParams.set(name, value);
  return [303, {}, { location: String(back) }];
}

async function token(request, form) {
  nonced(request, { token: true });
  challenged(request);
  const parsed = server.parseAccessTokenRequest({ request, accessTokenRequest: form });
  const common = {
    authorizationServerMetadata: issuer.authorizationServers[0],
    accessTokenRequest: parsed.accessTokenRequest,
    grant: parsed.grant,
    request,
    ...vouched(parsed),
  };
  const dpop = { ...parsed.dpop, required: true };
  let found;
  if (parsed.grant.grantType === "authorization_code") {
    const pushed = state.codes[parsed.grant.code];
    delete state.codes[parsed.grant.code];
    if (!pushed || pushed.redirect_uri !== form.redirect_uri) throw new Answer(400, { error: "invalid_grant" });
    found = await server.verifyAuthorizationCodeAccessTokenRequest({
      ...common,
      expectedCode: parsed.grant.code,
      dpop: { ...dpop, expectedJwkThumbprint: pushed.jkt },
      pkce: { codeChallenge: pushed.code_challenge, codeChallengeMethod: "S256", codeVerifier: parsed.pkceCodeVerifier },
    });
  } else if (parsed.grant.grantType === "refresh_token") {
    found = await server.verifyRefreshTokenAccessTokenRequest({
      ...common,
      expectedRefreshToken: parsed.grant.refreshToken,
      dpop: { ...dpop, expectedJwkThumbprint: state.refreshes[parsed.grant.refreshToken] },
    });
  } else {
    found = await server.verifyPreAuthorizedCodeAccessTokenRequest({
      ...common,
      expectedPreAuthorizedCode: state.preauthorized,
      expectedTxCode: state.knobs.txCode,
      dpop,
    });
  }
  const refresh = fresh();
  state.refreshes[refresh] = found.dpop.jwkThumbprint;
  return [
    200,
    await server.createAccessTokenResponse({
      audience: base,
      authorizationServer: base,
      expiresInSeconds: state.knobs.life ?? 3600,
      subject: "somebody",
      scope: "diploma",
      signer: jwt,
      dpop: { jwk: found.dpop.jwk },
      refreshToken: refresh,
    }),
  ];
}

async function authorised(request) {
  nonced(request, { token: false });
  await resource.verifyResourceRequest({
    request,
    resourceServer: base,
    authorizationServers: issuer.authorizationServers,
    allowedAuthenticationSchemes: ["DPoP"],
  });
}

/** The keys that a request proves, by the type of proof that the metadata asks for. */
async function proven({ proofs, credentialRequest }) {
  const nonce = state.cNonce;
  state.cNonce = undefined;
  const wanted = state.knobs.proof ?? "jwt";
  if (Object.keys(proofs).join() !== wanted || !nonce) throw new Answer(400, { error: "invalid_proof" });
  if (wanted === "attestation") {
    const [keyAttestationJwt] = proofs.attestation;
    const { payload } = await vci.verifyCredentialRequestAttestationProof({ keyAttestationJwt, expectedNonce: nonce, issuerMetadata: issuer });
    return payload.attested_keys;
  }
  const found = await Promise.all(
    proofs.jwt.map((one) => vci.verifyCredentialRequestJwtProof({ jwt: one, expectedNonce: nonce, issuerMetadata: issuer })),
  );
  if (!state.knobs.attested) return found.map((one) => one.signer.publicJwk);
  const [{ keyAttestation }] = found;
  if (found.length !== 1 || keyAttestation.payload.nonce !== nonce) throw new Answer(400, { error: "invalid_proof" });
  return keyAttestation.payload.attested_keys;
}

async function ask(request, body) {
  await authorised(request);
  const parsed = vci.parseCredentialRequest({ issuerMetadata: issuer, credentialRequest: body });
  if (parsed.credentialConfigurationId !== "diploma") throw new Answer(400, { error: "unknown_credential_configuration" });
  const holders = await proven(parsed);
  if (state.knobs.deferred) {
    const transactionId = fresh();
    state.waiting[transactionId] = holders;
    return [202, vci.createCredentialResponse({ credentialRequest: parsed, transactionId, interval: 5 })];
  }
  const credentials = (await Promise.all(holders.map(card))).map((credential) => ({ credential }));
  return [200, vci.createCredentialResponse({ credentialRequest: parsed, credentials: credentials.reverse(), notificationId: "card-1" })];
}

async function later(request, body) {
  await authorised(request);
  const { deferredCredentialRequest: asked } = vci.parseDeferredCredentialRequest({ deferredCredentialRequest: body });
  const holders = state.waiting[asked.transaction_id];
  if (!holders) throw new Answer(400, { error: "invalid_transaction_id" });
  if (!state.knobs.decided) return [202, vci.createDeferredCredentialResponse({ transactionId: asked.transaction_id, interval: 5 })];
  delete state.waiting[asked.transaction_id];
  const credentials = (await Promise.all(holders.map(card))).map((credential) => ({ credential }));
  return [200, { ...vci.createDeferredCredentialResponse({ credentials }), notification_id: "card-1" }];
}

const routes = {
  "GET /.well-known/openid-credential-issuer": async () =>
    state.knobs.signed ? [200, signedMetadata(), { "content-type": "application/jwt" }] : [200, issuer.credentialIssuer],
  "GET /.well-known/oauth-authorization-server": async () => [200, issuer.authorizationServers[0]],
  "GET /keys": async () => [200, { keys: [{ ...jwt.publicJwk, kid: jwt.kid, use: "sig", alg: "ES256" }] }],
  "GET /offer": async () => [200, state.offer],
  "GET /login": async (_, __, url) => login(url),
  "POST /challenge": async () => [200, { attestation_challenge: "a-challenge" }],
  "POST /push": push,
  "POST /token": token,
  "POST /nonce": async () => [200, vci.createNonceResponse({ cNonce: (state.cNonce = fresh()) })],
  "POST /card": ask,
  "POST /later": later,
  "POST /told": async (request, body) => {
    await authorised(request);
    state.notified.push(body);
    return [204, undefined];
  },
};

/** What a library refused with, as the answer that it says belongs to that. */
function refusal(error) {
  if (error instanceof Answer) return [error.status, error.body, error.headers];
  state.faults.push(`${error.constructor.name}: ${error.message}`);
  if (error.errorResponse) return [error.status ?? 400, error.errorResponse];
  if (error.wwwAuthenticateHeaders) return [401, {}, { "www-authenticate": error.toHeaderValue() }];
  return [400, { error: "invalid_proof" }];
}

async function answered(incoming, text) {
  const url = new URL(incoming.url, base);
  const request = { headers: new Headers(incoming.headers), method: incoming.method, url: String(url) };
  const route = routes[`${incoming.method} ${url.pathname}`];
  if (!route) return [404, {}];
  const media = incoming.headers["content-type"];
  try {
    if (media === "application/x-www-form-urlencoded") return await route(request, Object.fromEntries(new URLSearchParams(text)), url);
    if (media !== "application/jwt") {
      if (state.knobs.encrypted && ["/card", "/later"].includes(url.pathname)) throw new Answer(400, { error: "invalid_encryption_parameters" });
      return await route(request, text ? JSON.parse(text) : {}, url);
    }
    const { body, seal } = await state.sealing.open(text);
    const [status, found, headers = {}] = await route(request, body, url);
    return [status, await seal(found), { ...headers, "content-type": "application/jwt" }];
  } catch (error) {
    return refusal(error);
  }
}

async function open({ certificate, key }) {
  const listening = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (incoming, answer) => {
    const parts = [];
    incoming.on("data", (part) => parts.push(part));
    incoming.on("end", async () => {
      const [status, body, headers = {}] = await answered(incoming, Buffer.concat(parts).toString());
      state.sent.push([incoming.method, new URL(incoming.url, base).pathname, status]);
      answer.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
      answer.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise((ready) => listening.listen(0, "127.0.0.1", ready));
  base = `https://127.0.0.1:${listening.address().port}`;
  return { base };
}

const commands = {
  /** Opens the door of this issuer. */
  open,
  /** How it behaves from now on. */
  async be(knobs) {
    Object.assign(state, { knobs, faults: [], notified: [] });
    jwt ??= { ...(await keys.newSigner()), kid: "today" };
    state.sealing = await opener();
    issuer = metadata();
    return {};
  },
  async decide() {
    state.knobs.decided = true;
    return {};
  },
  /** An offer: for who logs in, or for who holds the code. */
  async offer({ login: loggingIn = false, byValue = false }) {
    const code = { "pre-authorized_code": fresh(), ...(state.knobs.txCode ? { tx_code: { input_mode: "numeric", length: 6 } } : {}) };
    state.preauthorized = code["pre-authorized_code"];
    const made = await vci.createCredentialOffer({
      issuerMetadata: issuer,
      credentialConfigurationIds: ["diploma"],
      grants: loggingIn ? { authorization_code: { issuer_state: "of-the-issuer", authorization_server: base } } : { [PREAUTHORIZED]: { ...code, authorization_server: base } },
      ...(byValue ? {} : { credentialOfferUri: `${base}/offer` }),
    });
    state.offer = made.credentialOfferObject;
    return { link: made.credentialOffer };
  },
  async saw() {
    return { notified: state.notified, faults: state.faults };
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, now, ...more } = JSON.parse(line);
  keys.setClock(now);
  const done = await commands[command](more).then(
    (answer) => ({ answer }),
    (error) => ({ fault: { name: error.constructor.name, message: error.message, cause: error.cause?.message } }),
  );
  const { sent } = state;
  state.sent = [];
  process.stdout.write(`${JSON.stringify({ ...done, sent })}\n`);
}
process.exit(0);
