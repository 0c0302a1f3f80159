import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { runs } from "../../../revocation/test/support/runs.js";
import { type ReplicaPace, STREAMS, type StreamName } from "../../src/replica/replica-state.js";
import { MODEL_PACE, ModelReplica } from "./support/model-replica.js";
import { ModelServer } from "./support/model-server.js";

// Thousands of histories, whatever else the machine is doing.
vi.setConfig({ testTimeout: 120_000 });

type ToStream = "revoke" | "take" | "write" | "die" | "trim" | "trimAll";
type Step =
  | { readonly do: ToStream; readonly stream: StreamName }
  | { readonly do: "check" | "read"; readonly stream: StreamName; readonly who: number }
  | { readonly do: "work"; readonly who: number }
  | { readonly do: "pass"; readonly time: number }
  | { readonly do: Fault };
type Fault = "backup" | "flush" | "restart" | "restartEmpty" | "failOver" | "evict";

const stream = fc.constantFrom(...STREAMS);
const who = fc.nat({ max: 2 });
const one = (kind: string) => fc.constant(kind);

const ordinary = [
  { weight: 6, arbitrary: fc.record({ do: one("revoke"), stream }) },
  { weight: 4, arbitrary: fc.record({ do: one("take"), stream }) },
  { weight: 4, arbitrary: fc.record({ do: one("write"), stream }) },
  { weight: 30, arbitrary: fc.record({ do: one("check"), stream, who }) },
  { weight: 10, arbitrary: fc.record({ do: one("read"), stream, who }) },
  { weight: 30, arbitrary: fc.record({ do: one("work"), who }) },
  { weight: 8, arbitrary: fc.record({ do: one("pass"), time: fc.integer({ min: 1, max: 15 }) }) },
];
const faults = fc.record({
  do: fc.constantFrom(
    "backup",
    "backup",
    "flush",
    "restart",
    "restartEmpty",
    "failOver",
    "failOver",
    "evict",
  ),
});
const trims = [
  { weight: 2, arbitrary: fc.record({ do: one("trim"), stream }) },
  { weight: 1, arbitrary: fc.record({ do: one("trimAll"), stream }) },
  { weight: 1, arbitrary: fc.record({ do: one("die"), stream }) },
];
const many = { maxLength: 400, size: "max" } as const;
const steps = fc.array(
  fc.oneof(...ordinary, ...trims, { weight: 3, arbitrary: faults }),
  many,
) as fc.Arbitrary<Step[]>;
const quietSteps = fc.array(fc.oneof(...ordinary), many) as fc.Arbitrary<Step[]>;

class World {
  server = new ModelServer();
  /** What servers were told, each from a time on. */
  #lineages = [{ from: 0, lineage: this.server.lineage }];
  replicas: ModelReplica[];
  #unnoticed = new Set<StreamName>();
  #backup = this.server.copy();
  #ids = 0;
  #runs = 1;
  now = 1;

  constructor(pace: ReplicaPace = MODEL_PACE) {
    this.replicas = ["a", "b", "c"].map((name) => new ModelReplica(name, pace));
  }

  /** Another world like this one, to which nothing but time has happened. */
  copy(): World {
    const copy = new World();
    copy.server = this.server.copy();
    copy.#lineages = [{ from: 0, lineage: copy.server.lineage }];
    copy.replicas = this.replicas.map((replica) => replica.copy());
    copy.now = this.now;
    return copy;
  }

  take(step: Step): void {
    this.now += 0.01;
    if (step.do === "pass") this.now += step.time;
    else if ("who" in step) this.#act(step);
    else if ("stream" in step) this.#produce(step);
    else this.#fail(step.do);
  }

  #act(step: Step & { readonly who: number }): void {
    const replica = this.replicas[step.who] as ModelReplica;
    if (step.do === "check") replica.check(this.server, step.stream, this.now);
    else if (step.do === "read") replica.read(this.server, step.stream);
    else
      replica.work(
        () => this.server,
        () => this.now,
      );
  }

  #produce(step: Step & { readonly do: ToStream }): void {
    const { server } = this;
    if (step.do === "take") this.#take(step.stream);
    else if (step.do === "write") server.write(step.stream);
    else if (step.do === "die") server.die(step.stream);
    else if (step.do === "trim") server.trim(step.stream, this.#ids % 3);
    else if (step.do === "trimAll") server.trim(step.stream, 0);
    else {
      this.#ids += 1;
      const anchor = `${this.#ids}`;
      // A server that was behind, and whose clock still is, gives ids again that were lost with the other.
      const id = this.#ids % 2 === 0 ? this.#ids : this.server.streams[step.stream].lastId + 1;
      this.server.add({ id, stream: step.stream, anchor, addedAt: this.now });
    }
  }

  /** Consumers notice that Redis has lost something, too. */
  #take(stream: StreamName): void {
    if (this.#unnoticed.delete(stream)) this.server.noteLoss(stream, "history_lost");
    this.server.take(stream);
  }

  #fail(fault: Fault): void {
    if (fault === "evict") this.server.evict();
    if (fault === "evict") return;
    this.#runs += 1;
    if (fault === "backup") this.#backup = this.server.copy();
    if (fault === "failOver") this.server = this.#backup.copy();
    if (fault === "flush" || fault === "restartEmpty") this.server.empty();
    if (fault !== "flush" && fault !== "backup") this.server.runId = this.#runs;
    if (fault !== "restart" && fault !== "backup") this.#unnoticed = new Set(STREAMS);
    this.#lineages.unshift({ from: this.now, lineage: this.server.lineage });
  }

  /** What the server of that time had been told by then. */
  toldBy(stream: StreamName, time: number): string[] {
    const { lineage = [] } = this.#lineages.find(({ from }) => from <= time) ?? {};
    return lineage
      .filter((entry) => entry.stream === stream && entry.addedAt <= time)
      .map(({ anchor }) => anchor);
  }

  /** All goes well for a while, and all have their turn. */
  calm(turns: number): void {
    for (let turn = 0; turn < turns; turn += 1) {
      for (const stream of STREAMS) {
        this.take({ do: "take", stream });
        this.take({ do: "write", stream });
        for (const who of this.replicas.keys()) {
          this.take({ do: "check", stream, who });
          this.take({ do: "work", who });
        }
      }
      this.now += 1;
    }
  }
}

describe("whatever happens to Redis, and in whatever order,", () => {
  test("a replica that is ready knows all that Redis was told before its proof", () => {
    let ready = 0;
    // What was lost matters for ever.
    const calm = new World({ ...MODEL_PACE, maxMandateLifetimeMs: Number.POSITIVE_INFINITY });
    calm.calm(60);
    const property = fc.property(steps, (all) => {
      const world = calm.copy();
      for (const step of all) {
        world.take(step);
        for (const replica of world.replicas) {
          const proofs = replica.proofs(world.now);
          if (proofs === undefined) continue;
          ready += 1;
          const told = STREAMS.flatMap((stream) => world.toldBy(stream, proofs[stream]));
          const missed = told.filter((anchor) => !replica.known.has(anchor));
          if (missed.length > 0) throw new Error(`missed ${missed}`);
        }
      }
    });
    fc.assert(property, runs(1_000));
    // The property says something only of replicas that are ready.
    expect(ready).toBeGreaterThan(10_000);
  });

  test("all replicas and one that starts then, come to know what any of them knew, and are ready", () => {
    const property = fc.property(steps, (all) => {
      const world = new World();
      for (const step of all) world.take(step);
      world.calm(300);
      const everything = new Set(world.replicas.flatMap(({ known }) => [...known]));
      world.replicas.push(new ModelReplica("newcomer"));
      world.calm(300);
      for (const replica of world.replicas) {
        expect(replica.proofs(world.now)).toBeDefined();
        expect(replica.known).toEqual(everything);
      }
    });
    fc.assert(property, runs(150));
  });
});

test("a replica alone never begins anew where nothing happens to Redis", () => {
  const property = fc.property(quietSteps, (all) => {
    const world = new World();
    for (const step of all) world.take("who" in step ? { ...step, who: 0 } : step);
    expect(world.replicas[0]?.round).toBe(1);
  });
  fc.assert(property, runs(300));
});
