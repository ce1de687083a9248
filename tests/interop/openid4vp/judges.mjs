// Others' verdicts on what our own code decides: `dcql` on queries, `@sd-jwt/sd-jwt-vc` on
// presentations. Nothing of this project's own code is in it.

import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { DcqlQuery } from "dcql";
import * as keys from "./keys.mjs";
import { obey } from "./lines.mjs";

/** One query over some cards: unreadable, or which cards and claim sets answer each of its parts. */
function evaluated({ query: given, cards }) {
  let query;
  try {
    query = DcqlQuery.parse(given);
    DcqlQuery.validate(query);
  } catch {
    return { malformed: true };
  }
  const found = DcqlQuery.query(
    query,
    cards.map((one) => ({ credential_format: "dc+sd-jwt", ...one })),
  );
  const answers = Object.entries(found.credential_matches).map(([id, match]) => [
    id,
    (match.success ? match.valid_credentials : []).map((one) => [
      one.input_credential_index,
      one.claims.valid_claim_sets.map((set) => set.claim_set_index ?? null),
    ]),
  ]);
  return { satisfiable: found.can_be_satisfied, answers: Object.fromEntries(answers) };
}

/** One presentation: signatures, digests, `nonce`, `sd_hash` and times, as the library sees them. */
async function verified({ compact, issuer, nonce, at }) {
  const judge = new SDJwtVcInstance({
    hasher: keys.hash,
    verifier: async (data, signature) => keys.holds(keys.publicKey(issuer), data, signature),
    kbVerifier: async (data, signature, payload) =>
      keys.holds(keys.publicKey(payload.cnf.jwk), data, signature),
    statusListFetcher: async () => {
      throw new Error("no status list is looked at here");
    },
  });
  // Trust, status and audience are not the library's to judge: of a presentation it is asked the rest.
  judge.verifyStatus = async () => {};
  try {
    const { payload, kb } = await judge.verify(compact, { keyBindingNonce: nonce, currentDate: at });
    return { payload, kb: kb.payload };
  } catch (error) {
    return { refused: error.message };
  }
}

await obey({
  dcql: ({ pairs }) => pairs.map(evaluated),
  sdjwtvc: ({ presentations }) => Promise.all(presentations.map(verified)),
});
