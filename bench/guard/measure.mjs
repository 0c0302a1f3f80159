// Run by Node, on the built packages: prints, as JSON, how fast verification is beside the raw
// signature, in ratios block by block. All take turns, so that what else the machine does meets all.
import { generateKeyPairSync, hash, randomBytes, sign, verify } from "node:crypto";
import { agentMandate, createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createKeyCache, createMandateVerifier } from "@caracalai/transport-mcp";

const AUDIENCE = "https://mcp.example.com";
const BLOCKS = 9;
const WARM_UP_BLOCKS = 3;
const BATCHES = 24;
/** How many calls a batch has, so that each takes a millisecond or less. */
const CALLS = { signature: 10, quick: 300 };

const sts = await createDevSts({ audience: AUDIENCE, announce: () => {} });
const keyCache = createKeyCache();

async function verifierWith(options) {
  const verifier = createMandateVerifier({
    issuer: sts.issuer,
    audience: AUDIENCE,
    zoneId: "zone_dev",
    revocations: new InMemoryRevocationStore(),
    requiredScopes: ["notes:read"],
    keyCache,
    ...options,
  });
  await verifier.warmup();
  return async (token) => {
    const result = await verifier.authenticate(token);
    if (!result.ok) throw result.error;
  };
}

let minted = 0;
const mint = () => {
  minted += 1;
  return sts.mint(agentMandate({ sid: `session-${minted}`, scope: "notes:read notes:write" }));
};
const known = mint();
/** In memory of its own, as a server gets it. */
const fresh = (token) => Buffer.from(token, "latin1").toString("latin1");

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** The raw primitive, with everything at hand: another input and signature each time. */
function floor() {
  const input = randomBytes(1_000);
  const signature = sign("sha256", input, privateKey);
  return () => verify("sha256", input, publicKey, signature);
}

/** Makes a call ready; it is what is timed. */
function ofToken(judge, next) {
  return () => {
    const token = fresh(next());
    return () => judge(token);
  };
}

const remembering = await verifierWith({});
const forgetful = await verifierWith({ verifiedMandates: false });
const twice = async (token) => {
  await forgetful(token);
  await forgetful(token);
};

/** What a known mandate is known by: nothing that it takes varies as this does with the machine. */
const digest = (token) => hash("sha256", token, "binary");
const digestedTwice = (token) => {
  digest(token);
  return remembering(token);
};

const contenders = {
  floor: [floor, CALLS.signature],
  floorAgain: [floor, CALLS.signature],
  fresh: [ofToken(remembering, mint), CALLS.signature],
  known: [ofToken(remembering, () => known), CALLS.quick],
  digest: [ofToken(digest, () => known), CALLS.quick],
  // What the guard has to notice.
  verifiedTwice: [ofToken(twice, mint), CALLS.signature],
  digestedTwice: [ofToken(digestedTwice, () => known), CALLS.quick],
  notRemembered: [ofToken(forgetful, () => known), CALLS.signature],
};

/** Microseconds a call. */
async function timeBatch([prepare, count]) {
  const calls = Array.from({ length: count }, prepare);
  const start = process.hrtime.bigint();
  for (const call of calls) {
    const answer = call();
    if (answer instanceof Promise) await answer;
  }
  return Number(process.hrtime.bigint() - start) / 1_000 / count;
}

/** Of each block, the ratios of the times that a quarter of all batches stayed below. */
async function timeBlock() {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      times[name].push(await timeBatch(contender));
    }
  }
  const quiet = (name) => times[name].toSorted((a, b) => a - b)[BATCHES / 4];
  return {
    ...Object.fromEntries(
      Object.keys(contenders).map((name) => [name, quiet("floor") / quiet(name)]),
    ),
    knownBesideDigest: quiet("digest") / quiet("known"),
    digestedTwiceBesideDigest: quiet("digest") / quiet("digestedTwice"),
  };
}

const blocks = [];
for (let block = -WARM_UP_BLOCKS; block < BLOCKS; block += 1) {
  const ratios = await timeBlock();
  if (block >= 0) blocks.push(ratios);
}
process.stdout.write(JSON.stringify(blocks));
await sts.close();
