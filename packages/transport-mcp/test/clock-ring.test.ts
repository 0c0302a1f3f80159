import { expect, test } from "vitest";
import { ClockRing, type Ringed } from "../src/clock-ring.js";
import { Seeded } from "./support/seeded.js";

class Item implements Ringed<Item> {
  before: Item = this;
  behind: Item = this;
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }
}

const namesOf = (items: readonly Item[]): number[] => items.map(({ name }) => name);

/** All items of a ring in the order in which the hand meets them, forwards or backwards. */
function round({ hand }: ClockRing<Item>, way: "behind" | "before"): Item[] {
  const items: Item[] = [];
  for (let item = hand; item !== undefined && !items.includes(item); item = item[way]) {
    items.push(item);
  }
  return items;
}

test("whatever is done, the hand meets all items in their order, the new one last", () => {
  const random = new Seeded(13);
  const ring = new ClockRing<Item>();
  let model: Item[] = [];
  expect(ring.hand).toBeUndefined();
  ring.advance();
  expect(ring.hand).toBeUndefined();
  for (let step = 0; step < 2_000; step += 1) {
    const [first, ...others] = model;
    const choice = random.below(5);
    if (choice < 2 || first === undefined) {
      const item = new Item(step);
      ring.add(item);
      model.push(item);
    } else if (choice === 2) {
      ring.advance();
      model = [...others, first];
    } else {
      const item = random.oneOf(model);
      ring.remove(item);
      model = model.filter((each) => each !== item);
      expect(item.before === item && item.behind === item).toBe(true);
    }
    expect(namesOf(round(ring, "behind"))).toEqual(namesOf(model));
    const backwards = [...model.slice(0, 1), ...model.slice(1).reverse()];
    expect(namesOf(round(ring, "before"))).toEqual(namesOf(backwards));
  }
});
