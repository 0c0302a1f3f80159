import { type Group, refuse, type Situation, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { USER } from "../mandates.js";
import { tokenOf } from "../token.js";
import { SPOILERS, type Spoiler } from "./spoilers.js";

/** A case that all these checks would refuse, given in their order: the first does. */
function spoilt(
  id: string,
  comment: string,
  spoilers: readonly [Spoiler, ...Spoiler[]],
): VectorCase {
  const lastFirst = spoilers.toReversed();
  const claims: Members = Object.assign({}, USER, ...lastFirst.map((spoiler) => spoiler.claims));
  const header: Members = Object.assign({}, ...lastFirst.map((spoiler) => spoiler.header));
  const situation: Situation = Object.assign({}, ...lastFirst.map((spoiler) => spoiler.situation));
  const config: Members = Object.assign(
    {},
    ...lastFirst.map((spoiler) => spoiler.situation?.config),
  );
  const text = (pick: (spoiler: Spoiler) => ((json: string) => string) | undefined, json: string) =>
    spoilers.reduce((changed, spoiler) => pick(spoiler)?.(changed) ?? changed, json);

  const made = tokenOf({
    ...situation,
    rawHeader: text(
      ({ headerText }) => headerText,
      JSON.stringify({ alg: "ES256", typ: "JWT", kid: "zone-1-key", ...header }),
    ),
    payload: text(({ payloadText }) => payloadText, JSON.stringify(claims)),
  });
  const token = text((spoiler) => spoiler.token, made);
  const { authorization, io, revoked, epochs } = situation;
  const [first] = spoilers;
  const isLocal =
    SPOILERS.indexOf(first) <= SPOILERS.findIndex(({ check }) => check === "signature-length");
  return refuse(
    id,
    comment,
    first.verdict,
    {},
    {
      ...(authorization === undefined
        ? { token }
        : { authorization: [`Bearer ${token}`, `Bearer ${token}`] }),
      config,
      ...(revoked && { revoked }),
      ...(epochs && { epochs }),
      ...(io && isLocal && { io }),
    },
  );
}

/** For each two checks a case that both would refuse, and for each check one that all later ones would. */
export function orderCases(): readonly (readonly [Group, VectorCase])[] {
  return SPOILERS.flatMap((first, index) => {
    const later = SPOILERS.slice(index + 1);
    const pairs = later.map((second) =>
      spoilt(
        `order-${first.check}-before-${second.check}`,
        `${first.check} is checked before ${second.check}`,
        [first, second],
      ),
    );
    const all = spoilt(
      `order-${first.check}-before-all`,
      `${first.check} is checked before all that follows`,
      [first, ...later],
    );
    return [...pairs, all].map((made) => [first.group, made] as const);
  });
}
