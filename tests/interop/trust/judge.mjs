// Another library's verdict on lists of trusted entities: their shape as its schema has it, and what
// it reads in them. Nothing of this project's own code is in it.

import readline from "node:readline";
import { LoTEDocumentSchema, validateLoTE } from "@owf/eudi-lote";

/** One document: what its schema has against it, and otherwise entities, services and certificates. */
function judged(document) {
  const found = validateLoTE(document);
  if (!found.valid) {
    return { refused: found.errors.map((one) => `${one.path}: ${one.message}`) };
  }
  const { LoTE: list } = LoTEDocumentSchema.parse(document);
  const scheme = list.ListAndSchemeInformation;
  return {
    sequence: scheme.LoTESequenceNumber,
    type: scheme.LoTEType,
    entities: (list.TrustedEntitiesList ?? []).map((entity) => [
      entity.TrustedEntityInformation.TEName[0].value,
      entity.TrustedEntityServices.map(({ ServiceInformation: service }) => [
        service.ServiceTypeIdentifier,
        service.ServiceStatus ?? null,
        service.ServiceDigitalIdentity.X509Certificates.map((one) => one.val),
      ]),
    ]),
  };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { documents } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ sent: [], answer: documents.map(judged) })}\n`);
}
