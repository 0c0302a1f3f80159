import { createClient, type RedisClientOptions } from "redis";

type Client = ReturnType<typeof createClient>;
type Options = Omit<RedisClientOptions, "RESP" | "modules" | "functions" | "scripts">;

const models = new Map<2 | 3, Client>();

/**
 * What `createClient` gives for these options. That makes a class of more than 400 commands for each set
 * of options other than the last, such as another port, which takes longer than many a test. A duplicate
 * is of the class of its model.
 */
export function redisClient(options: Options, RESP: 2 | 3 = 3): Client {
  const model = models.get(RESP) ?? (createClient({ RESP }) as Client);
  models.set(RESP, model);
  // As `createClient` wraps it.
  return Object.create(model.duplicate(options));
}
