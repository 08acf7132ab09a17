// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.feedback.FeedbackWithdrawals;
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

/** Withdraws an owner's feedback, so that students no longer learn from it. */
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
            summary = "Withdraw an owner's feedback and wait until the withdrawal is durable",
            description = "Training runs that start later do not use the feedback. Versions that have already learned"
                    + " from it do not change. To stop using such a version, roll the adapter back.")
    @ResponseStatus(202)
    @APIResponseSchema(value = FeedbackWithdrawalView.class, responseCode = "202")
    public FeedbackWithdrawalView withdraw(
            @QueryParam("owner")
                    @Parameter(
                            required = true,
                            description = "Owner of the feedback. Feedback without an owner cannot be withdrawn.")
                    @Nullable
                    String owner,
            @QueryParam("adapter") @Parameter(description = "Name of a student. Default: all students.") @Nullable
                    String adapter) {
        return withdrawals
                .withdraw(owner, adapter, caller.owner())
                .match(published -> new FeedbackWithdrawalView(published.owner(), published.adapters()), refused -> {
                    throw new ProblemException(Problem.invalid(refused.badFields()));
                });
    }
}
