// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.feedback.FeedbackWithdrawals;
import io.lorafleet.gateway.feedback.Withdrawal;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** Takes back what one owner has said of images, so that no student learns from it any more. */
@RolesAllowed(Roles.OPERATE)
@Path("/v1/feedback")
@Tag(ref = ApiDescription.GENERATIONS)
public final class FeedbackWithdrawalResource {
    private final FeedbackWithdrawals withdrawals;
    private final Caller caller;

    FeedbackWithdrawalResource(FeedbackWithdrawals withdrawals, Caller caller) {
        this.withdrawals = withdrawals;
        this.caller = caller;
    }

    @DELETE
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "withdrawFeedback",
            summary = "Withdraw all that one owner has said so far; answers when that is durable",
            description = "No training that begins from now on learns from it. What a version has learned already stays"
                    + " in that version: roll the adapter back.")
    @ResponseStatus(202)
    @APIResponseSchema(value = FeedbackWithdrawalView.class, responseCode = "202")
    public FeedbackWithdrawalView withdraw(
            @QueryParam("owner")
                    @Parameter(required = true, description = "Whose feedback it is. What has no owner stays.")
                    @Nullable
                    String owner,
            @QueryParam("adapter")
                    @Parameter(description = "The student that it concerns. Default: all of them.")
                    @Nullable
                    String adapter) {
        Withdrawal withdrawal = withdrawals.withdraw(owner, adapter, caller.owner());
        if (withdrawal instanceof Withdrawal.Published published) {
            return new FeedbackWithdrawalView(published.owner(), published.adapters());
        }
        throw new ProblemException(Problem.invalid(((Withdrawal.Refused) withdrawal).badFields()));
    }
}
