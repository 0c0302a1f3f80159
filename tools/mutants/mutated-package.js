/** The packages whose mutation score is measured. */
export const MUTATED_PACKAGES = ["revocation", "identity", "transport-mcp"];

/** The one that is mutated in this run. */
export function mutatedPackage() {
  const name = process.env.MUTANTS_PACKAGE;
  if (MUTATED_PACKAGES.includes(name)) return name;
  throw new Error(`MUTANTS_PACKAGE has to be one of ${MUTATED_PACKAGES.join(", ")}.`);
}
