// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.gateway.webhook.Webhooks;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;

/** Shows callers what they can verify calls of their webhooks with. */
@RolesAllowed(Roles.GENERATE)
@Path(WebhookSecretResource.PATH)
@Tag(ref = ApiDescription.GENERATIONS)
public final class WebhookSecretResource {
    static final String PATH = "/v1/webhook-secret";

    private final Caller caller;
    private final Webhooks webhooks;

    /** @param secret as Standard Webhooks' libraries take it */
    public record WebhookSecretView(String secret) {}

    WebhookSecretResource(Caller caller, Webhooks webhooks) {
        this.caller = caller;
        this.webhooks = webhooks;
    }

    @GET
    @Cache(noStore = true)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "getWebhookSecret", summary = "What calls of the caller's own webhooks are signed with")
    public WebhookSecretView get() {
        return webhooks.secretOf(caller.owner())
                .map(WebhookSecretView::new)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "expected a gateway that calls webhooks, found one without lorafleet.webhooks.secret"));
    }
}
