import type { Application } from "./applications.js";
import type { Grant } from "./grant.js";
import { grantedResources, grantedScopes } from "./granted.js";
import { oauthProblem } from "./oauth-problem.js";
import type { Form } from "./read-form.js";
import type { RevokedAnchors } from "./revoked-anchors.js";
import { keptClaims, readSubjectClaims, type SubjectClaims } from "./subject-claims.js";
import { verifiedPayload } from "./verified-payload.js";
import type { Zone } from "./zone.js";

/** What an exchange is judged by. */
export interface ExchangePolicy {
  readonly issuer: string;
  /** The application's zone. */
  readonly zone: Zone;
  readonly revoked: RevokedAnchors;
  /** Seconds since the epoch. */
  readonly now: number;
}

const accessToken = "urn:ietf:params:oauth:token-type:access_token";
const tokenTypes: readonly (string | undefined)[] = [
  accessToken,
  "urn:ietf:params:oauth:token-type:jwt",
];
const clockToleranceSeconds = 60;

/**
 * What an application is granted for a mandate that it holds (RFC 8693 section 2.1): the same
 * authority or less of it, in the same session, and for no longer.
 *
 * A mandate that is not good ends in `invalid_grant`, as every other grant of the kind (RFC 6749
 * section 5.2): a client then knows that a new one may do. RFC 8693 section 2.2.2 has
 * `invalid_request` there.
 */
export function tokenExchange(application: Application, form: Form, policy: ExchangePolicy): Grant {
  const token = form.value("subject_token");
  if (token === undefined || !tokenTypes.includes(form.value("subject_token_type"))) {
    throw oauthProblem("invalid_request", "subject_token or a known subject_token_type is missing");
  }
  const issuedTokenType = form.value("requested_token_type") ?? accessToken;
  if (!tokenTypes.includes(issuedTokenType)) {
    throw oauthProblem("invalid_request", "requested_token_type is unknown");
  }
  if (form.value("actor_token") !== undefined) {
    throw oauthProblem("invalid_request", "actor_token is not supported");
  }
  const subject = verifiedSubject(token, policy);
  if (subject === undefined || !isGood(subject, application, policy)) {
    throw oauthProblem("invalid_grant", "The subject_token is not good, or another client's");
  }
  const asked = [...form.values("resource"), ...form.values("audience")];
  const covered = coveredBy(subject, application);
  const scopes = (subject.scope ?? "").split(" ");
  return {
    scopes: grantedScopes(
      form.value("scope"),
      application.scopes.filter((scope) => scopes.includes(scope)),
    ),
    resources: grantedResources(asked, covered),
    claims: keptClaims(subject),
    endsBy: subject.exp,
    issuedTokenType,
  };
}

function verifiedSubject(token: string, { zone }: ExchangePolicy): SubjectClaims | undefined {
  const payload = verifiedPayload(token, zone.keySet());
  return payload && readSubjectClaims(payload);
}

function isGood(
  subject: SubjectClaims,
  { clientId }: Application,
  { issuer, zone, revoked, now }: ExchangePolicy,
): boolean {
  return (
    subject.iss === issuer &&
    subject.zone_id === zone.id &&
    // Authority passes from one application to another by a delegation edge, and by nothing else.
    subject.client_id === clientId &&
    (subject.use === "resource" || audienceOf(subject).includes(issuer)) &&
    isInTime(subject, now) &&
    !anchorsOf(subject).some((anchor) => revoked.has(anchor)) &&
    !isStale(subject, zone)
  );
}

function isInTime({ iat, nbf = 0, exp }: SubjectClaims, now: number): boolean {
  const latest = now + clockToleranceSeconds;
  return iat <= latest && nbf <= latest && now < exp;
}

function anchorsOf(subject: SubjectClaims): readonly string[] {
  const { sid, root_sid, agent_session_id, delegation_edge_id } = subject;
  return [sid, root_sid, agent_session_id, delegation_edge_id].filter((id) => id !== undefined);
}

/** Issued under an older delegation graph: what it would be exchanged for keeps its epoch. */
function isStale(subject: SubjectClaims, { epoch }: Zone): boolean {
  const otherwise = subject.delegation_edge_id === undefined ? epoch : 0;
  return (subject.delegation_graph_epoch ?? otherwise) < epoch;
}

/** The application's resources that the mandate covers; a session covers all, unless it says. */
function coveredBy(subject: SubjectClaims, { resources }: Application): readonly string[] {
  const otherwise = subject.use === "session" ? resources : audienceOf(subject);
  const covered = subject.target ?? otherwise;
  return resources.filter((resource) => covered.includes(resource));
}

function audienceOf({ aud }: SubjectClaims): readonly string[] {
  return [aud].flat();
}
