// A wallet made of @openid4vc/openid4vci, told what to do by a test: a command per line on standard
// input, an answer per line on standard output. The flow, every message and every check of an
// answer are the library's. What it cannot do stands where it is done for it:
//
// - it makes no JWE (encryption.mjs);
// - it verifies signed metadata, but never asks for it (`through`);
// - it knows no `challenge` in the proof of a wallet attestation (`attested`);
// - it refuses a deferred answer with cards and a `notification_id` (`withoutNotification`);
// - `Openid4vciClient` loses the `state` it is given; `Oauth2Client` does not (`authorize`);
// - `refresh_token` is in `Oauth2Client` alone;
// - it asks cards by configuration alone, never by `credential_identifier`: after a request with
//   `authorization_details` it gets a token and no cards.

import readline from "node:readline";
import { Oauth2Client, clientAuthenticationClientAttestationJwt } from "@openid4vc/oauth2";
import { clientAuthenticationAnonymous, clientAuthenticationNone } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { sealed } from "./encryption.mjs";
import * as keys from "./keys.mjs";

const SCOPED = "authorization_code";
const wallet = { fetch, sent: [], holders: [], auth: clientAuthenticationAnonymous() };

/** The library's fetch; a test may ask what was sent and answered. */
async function through(url, init) {
  const signed = wallet.anchor && String(url).includes("/.well-known/openid-credential-issuer");
  const answer = await wallet.fetch(
    url,
    signed ? { ...init, headers: { ...init?.headers, accept: "application/jwt" } } : init,
  );
  wallet.sent.push([init?.method ?? "GET", new URL(url).pathname, answer.status]);
  return withoutNotification(url, answer);
}

/**
 * OpenID4VCI 1.0, 9.2: with the cards of a deferred answer comes a `notification_id`. The library
 * (0.4.6) refuses the two together, by a test of `credentials` that is the wrong way around.
 */
async function withoutNotification(url, answer) {
  if (url !== wallet.issuer?.credentialIssuer.deferred_credential_endpoint) return answer;
  if (answer.status !== 200 || wallet.untouched) return answer;
  const { notification_id: id, ...rest } = await answer.json();
  wallet.notification = id;
  const headers = new Headers(answer.headers);
  headers.delete("content-length");
  return new Response(JSON.stringify(rest), { status: 200, headers });
}

const callbacks = () => ({
  hash: keys.hash,
  generateRandom: keys.generateRandom,
  signJwt: keys.signJwt,
  fetch: through,
  clientAuthentication: wallet.auth,
  ...(wallet.anchor ? { verifyJwt: keys.verifierUnder(wallet.anchor) } : {}),
});
const client = () => new Openid4vciClient({ callbacks: callbacks() });
const oauth = () => new Oauth2Client({ callbacks: callbacks() });
const server = () => wallet.issuer.authorizationServers[0];
const dpop = (nonce) => ({ signer: wallet.dpop, nonce });
const common = () => ({ issuerMetadata: wallet.issuer, credentialOffer: wallet.offer });
const bearer = () => ({
  issuerMetadata: wallet.issuer,
  accessToken: wallet.token,
  dpop: dpop(wallet.nonce),
});

/** The library's own attestation, and the challenge it does not know (ABCA, 5.2 and 8). */
function attested(attestation, instance) {
  const signJwt = async (signer, { header, payload }) => {
    if (wallet.unchallenged) return keys.signJwt(signer, { header, payload });
    const answer = await fetch(server().challenge_endpoint, { method: "POST" });
    const { attestation_challenge: challenge } = await answer.json();
    return keys.signJwt(instance, { header, payload: { ...payload, challenge } });
  };
  return clientAuthenticationClientAttestationJwt({
    clientAttestationJwt: attestation,
    callbacks: { ...callbacks(), signJwt },
  });
}

/** The tokens are kept here; the test learns what came with them. */
function kept({ accessTokenResponse: answer }) {
  wallet.token = answer.access_token;
  wallet.refresh = answer.refresh_token ?? wallet.refresh;
  wallet.nonce = undefined;
  const { access_token: _, refresh_token: refresh, ...rest } = answer;
  return { ...rest, refreshable: Boolean(refresh) };
}

/** One card request, plain or as a JWE. */
async function exchange(enc, ask) {
  if (enc) wallet.fetch = await sealed(wallet.issuer.credentialIssuer, enc, fetch);
  try {
    return await ask();
  } finally {
    wallet.fetch = fetch;
  }
}

const commands = {
  /** Who this wallet is, and whose signatures it believes. */
  async be({ client_id: id, anchor, attestation, unchallenged = false, untouched = false }) {
    Object.assign(wallet, { clientId: id, anchor, unchallenged, untouched });
    wallet.dpop ??= await keys.newSigner();
    wallet.instance ??= await keys.newSigner();
    if (attestation) wallet.auth = attested(attestation, wallet.instance);
    else if (id) wallet.auth = clientAuthenticationNone({ clientId: id });
    return { jkt: await keys.thumbprint(wallet.dpop.publicJwk), instance: wallet.instance.publicJwk };
  },
  /** What an offer or, without one, an issuer says of itself. */
  async resolve({ uri, issuer, kinds }) {
    wallet.offer = uri
      ? await client().resolveCredentialOffer(uri)
      : { credential_issuer: issuer, credential_configuration_ids: kinds, grants: { [SCOPED]: {} } };
    wallet.issuer = await client().resolveIssuerMetadata(wallet.offer.credential_issuer);
    return {
      offer: wallet.offer,
      version: wallet.issuer.originalDraftVersion,
      signed: Boolean(wallet.issuer.signedCredentialIssuer),
      known: Object.keys(wallet.issuer.knownCredentialConfigurations),
      batch: wallet.issuer.credentialIssuer.batch_credential_issuance.batch_size,
    };
  },
  async preauthorized({ tx_code: txCode }) {
    return kept(
      await client().retrievePreAuthorizedCodeAccessTokenFromOffer({
        ...common(),
        txCode,
        dpop: dpop(),
        additionalRequestPayload: wallet.clientId ? { client_id: wallet.clientId } : undefined,
      }),
    );
  },
  /** The address for the browser, after the request was pushed. */
  async authorize({ redirect_uri: redirectUri, kinds, state, details }) {
    const { credentialIssuer, knownCredentialConfigurations: known } = wallet.issuer;
    const asked = {
      clientId: wallet.clientId,
      redirectUri,
      dpop: dpop(),
      ...(details
        ? { additionalRequestPayload: { authorization_details: JSON.stringify(details) } }
        : { scope: kinds.map((kind) => known[kind].scope).join(" ") }),
    };
    const found = state
      ? await oauth().createAuthorizationRequestUrl({
          ...asked,
          authorizationServerMetadata: server(),
          resource: credentialIssuer.credential_issuer,
          state,
        })
      : await client().initiateAuthorization({ ...asked, ...common() });
    Object.assign(wallet, { verifier: found.pkce.codeVerifier, redirectUri });
    return { url: found.authorizationRequestUrl };
  },
  /** What the browser brought: `iss` is checked, and the code becomes a token. */
  async token({ url, state }) {
    const found = client().parseAndVerifyAuthorizationResponseRedirectUrl({
      url,
      authorizationServerMetadata: server(),
    });
    if (found.error) return { error: found.error };
    if (found.state !== state) throw new Error("another state came back");
    return kept(
      await client().retrieveAuthorizationCodeAccessTokenFromOffer({
        ...common(),
        authorizationCode: found.code,
        pkceCodeVerifier: wallet.verifier,
        redirectUri: wallet.redirectUri,
        dpop: dpop(),
      }),
    );
  },
  async refresh() {
    const more = wallet.clientId ? { client_id: wallet.clientId } : undefined;
    return kept(
      await oauth().retrieveRefreshTokenAccessToken({
        authorizationServerMetadata: server(),
        refreshToken: wallet.refresh,
        resource: wallet.issuer.credentialIssuer.credential_issuer,
        additionalRequestPayload: more,
        dpop: dpop(),
      }),
    );
  },
  /** New keys for cards, and a nonce to prove them with: for a provider that attests them. */
  async prepare({ copies }) {
    const { c_nonce: nonce } = await client().requestNonce({ issuerMetadata: wallet.issuer });
    wallet.holders = await Promise.all(Array.from({ length: copies }, keys.newSigner));
    wallet.proofNonce = nonce;
    return { nonce, keys: wallet.holders.map((one) => one.publicJwk) };
  },
  /** A batch for the prepared keys; `attestation` vouches for all of them. */
  async cards({ kind, proof = "jwt", attestation, enc }) {
    const signing = attestation ? wallet.holders.slice(0, 1) : wallet.holders;
    const jwts = async () =>
      Promise.all(
        signing.map(async (signer) => {
          const made = await client().createCredentialRequestJwtProof({
            issuerMetadata: wallet.issuer,
            credentialConfigurationId: kind,
            signer,
            nonce: wallet.proofNonce,
            clientId: wallet.clientId,
            keyAttestationJwt: attestation,
          });
          return made.jwt;
        }),
      );
    const proofs = proof === "jwt" ? { jwt: await jwts() } : { attestation: [attestation] };
    const { credentialResponse, dpop: after } = await exchange(enc, () =>
      client().retrieveCredentials({ ...bearer(), credentialConfigurationId: kind, proofs }),
    );
    wallet.nonce = after?.nonce;
    wallet.notification = credentialResponse.notification_id;
    return credentialResponse;
  },
  async deferred({ transaction_id: transactionId, enc }) {
    const { deferredCredentialResponse: answer, dpop: after } = await exchange(enc, () =>
      client().retrieveDeferredCredentials({ ...bearer(), transactionId }),
    );
    wallet.nonce = after?.nonce;
    return answer;
  },
  async notify({ event }) {
    await client().sendNotification({
      ...bearer(),
      notification: { notificationId: wallet.notification, event },
    });
    return {};
  },
};

/** What went wrong, as far as the library could read it. */
function fault(error) {
  const read = error.response?.credentialErrorResponseResult ?? error.response?.deferredCredentialErrorResponseResult;
  return {
    name: error.constructor.name,
    message: error.message,
    answer: error.errorResponse ?? read?.data,
    cause: error.cause?.message,
  };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, now, ...more } = JSON.parse(line);
  keys.setClock(now);
  wallet.sent = [];
  const done = await commands[command](more).then(
    (answer) => ({ answer }),
    (error) => ({ fault: fault(error) }),
  );
  process.stdout.write(`${JSON.stringify({ ...done, sent: wallet.sent })}\n`);
}
