import type { Application } from "./applications.js";
import type { Grant } from "./grant.js";
import { grantedResources, grantedScopes } from "./granted.js";
import { applicationMandate } from "./mandates.js";
import type { Form } from "./read-form.js";

/** What an application is granted for itself (RFC 6749 section 4.4). */
export function clientCredentials(application: Application, form: Form): Grant {
  return {
    scopes: grantedScopes(form.value("scope"), application.scopes),
    resources: grantedResources(form.values("resource"), application.resources),
    claims: applicationMandate({ client_id: application.clientId }),
  };
}
