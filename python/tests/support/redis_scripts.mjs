// The scripts of the TypeScript half: by module, name, digest and text as JSON. Those that a module keeps to
// itself are seen on their way to Redis.
const dist = new URL("../../../packages/revocation-redis/dist/", import.meta.url);
const load = (path) => import(new URL(path, dist));

const { RedisStoreError } = await load("redis-store-error.js");
const { checkStream } = await load("replica/check-stream.js");
const { setMarker } = await load("replica/history-marker.js");
const { makeGood } = await load("replica/made-good.js");
const { scanKeys } = await load("replica/scan-keys.js");

/** What a function has Redis run, that does not know the script yet. */
async function sentBy(run) {
  const sent = [];
  const command = async (args) => {
    sent.push(args);
    throw new RedisStoreError("refused", "Redis does not know it.", "NOSCRIPT");
  };
  await Promise.resolve(run(command)).catch(() => {});
  const [[, sha1], [, source]] = sent;
  return { sha1, source };
}

const key = "key";
const keys = { stream: key, group: "group", markerKey: key, lossKey: key };
console.log(
  JSON.stringify({
    store: { ...(await load("store/scripts.js")) },
    consumer: { ...(await load("consumer/group-scripts.js")) },
    replica: {
      CHECK_STREAM: await sentBy((command) => checkStream(command, keys, {}, 1_000)),
      SET_MARKER: await sentBy((command) => setMarker(command, { key, runId: "", to: "" }, 1_000)),
      MAKE_GOOD: await sentBy((command) =>
        makeGood(command, { lossKey: key, runId: "", note: "", isProven: true }, 1_000),
      ),
      SCAN_KEYS: await sentBy(async (command) => {
        for await (const _ of scanKeys(command, { pattern: key, valuesOf: key, timeoutMs: 1_000 }));
      }),
    },
  }),
);
