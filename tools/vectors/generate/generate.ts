import type { Group, VectorCase } from "./case.js";
import { authorityCases } from "./groups/authority.js";
import { bearerCases } from "./groups/bearer.js";
import { chainCases } from "./groups/chain.js";
import { chainIntegrityCases } from "./groups/chain-integrity.js";
import { claimTypeCases } from "./groups/claim-types.js";
import { claimValueCases } from "./groups/claim-values.js";
import { acceptedClaimCases } from "./groups/claims-accepted.js";
import { encodingCases } from "./groups/encoding.js";
import { shapeCases } from "./groups/encoding-shape.js";
import { algorithmAndTypeCases } from "./groups/header-alg-typ.js";
import { headerJsonCases } from "./groups/header-json.js";
import { kidCases } from "./groups/header-kid.js";
import { headerMemberCases } from "./groups/header-members.js";
import { keySetCases } from "./groups/key-set.js";
import { keySetDocumentCases } from "./groups/key-set-document.js";
import { orderCases } from "./groups/order.js";
import { payloadCases } from "./groups/payload.js";
import { revocationCases } from "./groups/revocation.js";
import { signatureCases } from "./groups/signature.js";
import { timeCases } from "./groups/times.js";
import { zoneCases } from "./groups/zone.js";
import { keysDocument } from "./keys.js";
import { printJson } from "./print-json.js";

/** One file of vectors. */
export interface VectorFile {
  readonly group: Group;
  readonly cases: readonly VectorCase[];
}

const FILES: readonly (readonly [name: string, group: Group, cases: () => VectorCase[]])[] = [
  ["bearer", "bearer", bearerCases],
  ["header-alg-typ", "header", algorithmAndTypeCases],
  ["header-kid", "header", kidCases],
  ["header-members", "header", headerMemberCases],
  ["header-json", "header", headerJsonCases],
  ["encoding", "encoding", encodingCases],
  ["encoding-shape", "encoding", shapeCases],
  ["signature", "signature", signatureCases],
  ["signature-keys", "signature", keySetCases],
  ["signature-key-sets", "signature", keySetDocumentCases],
  ["claims-types", "claims", claimTypeCases],
  ["claims-values", "claims", claimValueCases],
  ["claims-times", "claims", timeCases],
  ["claims-payload", "claims", payloadCases],
  ["claims-accepted", "claims", acceptedClaimCases],
  ["zone", "zone", zoneCases],
  ["authority", "authority", authorityCases],
  ["chain", "chain", chainCases],
  ["chain-integrity", "chain", chainIntegrityCases],
  ["revocation", "revocation", revocationCases],
];

/** Every file of vectors by its name. The same each time it is called. */
export function generateVectors(): ReadonlyMap<string, VectorFile> {
  const files = new Map<string, VectorFile>();
  for (const [name, group, cases] of FILES) files.set(`${name}.json`, { group, cases: cases() });
  for (const [group, made] of orderCases()) {
    const name = `${group}-order.json`;
    files.set(name, { group, cases: [...(files.get(name)?.cases ?? []), made] });
  }
  requireUniqueIds(files);
  return files;
}

/** The text of every generated file, by its name in the folder of vectors. */
export function generateFiles(
  files: ReadonlyMap<string, VectorFile> = generateVectors(),
): ReadonlyMap<string, string> {
  const vectors = [...files].map(([name, file]) => [name, printJson(file, 3)] as const);
  return new Map([["keys.json", printJson(keysDocument(), 3)], ...vectors]);
}

function requireUniqueIds(files: ReadonlyMap<string, VectorFile>): void {
  const seen = new Set<string>();
  for (const { id } of [...files.values()].flatMap(({ cases }) => cases)) {
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) throw new Error(`Not in kebab case: ${id}`);
    if (seen.has(id)) throw new Error(`The id stands twice: ${id}`);
    seen.add(id);
  }
}
