// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.feedback.FeedbackForm;
import io.lorafleet.gateway.feedback.FeedbackIntake;
import io.lorafleet.gateway.feedback.Reception;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** Takes what people say of pictures, from which the students that drew them learn. */
@RolesAllowed(Roles.FEEDBACK)
@Path(GenerationResource.PATH + "/{id}/feedback")
@Tag(ref = ApiDescription.GENERATIONS)
public final class FeedbackResource {
    private final FeedbackIntake intake;
    private final Caller caller;

    FeedbackResource(FeedbackIntake intake, Caller caller) {
        this.intake = intake;
        this.caller = caller;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "rateImage",
            summary = "Rate a picture; answers when the feedback is durable",
            description = "The student adapters that drew the picture learn from it. A picture of the base alone, or of"
                    + " styles, is refused. Each caller has one vote on a picture: the latest counts, until a training"
                    + " begins with it.")
    @ResponseStatus(202)
    @APIResponseSchema(value = FeedbackView.class, responseCode = "202")
    public FeedbackView give(String id, @Nullable FeedbackForm form) {
        if (form == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        if (caller.find(id).isEmpty()) {
            throw GenerationResource.unknown(id);
        }
        Reception reception = intake.take(id, form, caller.owner());
        if (reception instanceof Reception.Published published) {
            return FeedbackView.of(published.samples());
        }
        throw problem(reception, id);
    }

    private static ProblemException problem(Reception reception, String id) {
        if (reception instanceof Reception.Refused refused) {
            return new ProblemException(Problem.invalid(refused.badFields()));
        }
        if (reception instanceof Reception.NotSucceeded notSucceeded) {
            return new ProblemException(
                    ProblemType.NOT_SUCCEEDED,
                    "expected a generation that succeeded, found one that is "
                            + GenerationView.of(notSucceeded.generation()).status());
        }
        if (reception instanceof Reception.NoSuchImage none) {
            return new ProblemException(
                    ProblemType.NO_SUCH_IMAGE,
                    "image: expected 0 to " + (none.images() - 1) + ", found " + none.index());
        }
        if (reception instanceof Reception.NoStudent) {
            return new ProblemException(
                    ProblemType.NO_STUDENT,
                    "expected a generation that a student adapter drew, found one of the base, alone or with styles");
        }
        if (reception instanceof Reception.ForgottenRequest) {
            return new ProblemException(
                    ProblemType.NOT_FOUND, "it is no longer known what was asked for as generation " + id);
        }
        return GenerationResource.unknown(id);
    }
}
