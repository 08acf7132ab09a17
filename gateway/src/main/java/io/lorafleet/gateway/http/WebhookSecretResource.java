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

/** Returns the secret with which a caller verifies webhook calls. */
@RolesAllowed(Roles.GENERATE)
@Path(WebhookSecretResource.PATH)
@Tag(ref = ApiDescription.GENERATIONS)
public final class WebhookSecretResource {
    static final String PATH = "/v1/webhook-secret";

    private final Caller caller;
    private final Webhooks webhooks;

    /** @param secret signing secret, in the format that Standard Webhooks libraries use */
    public record WebhookSecretView(String secret) {}

    WebhookSecretResource(Caller caller, Webhooks webhooks) {
        this.caller = caller;
        this.webhooks = webhooks;
    }

    @GET
    @Cache(noStore = true)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "getWebhookSecret",
            summary = "Get the secret with which the gateway signs webhook calls for the caller's generations")
    public WebhookSecretView get() {
        return webhooks.secretOf(caller.owner())
                .map(WebhookSecretView::new)
                .orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND, "lorafleet.webhooks.secret is not set"));
    }
}
