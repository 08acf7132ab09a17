// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.feedback.FeedbackIntake;
import io.lorafleet.gateway.feedback.FeedbackRequest;
import io.lorafleet.gateway.feedback.FeedbackSubmission;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
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

/** Takes what people say of images, from which the students that drew them learn. */
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
            summary = "Rate an image; answers when the feedback is durable",
            description = "The student adapters that drew the image learn from it. An image of the base alone, or of"
                    + " styles, is refused. Each caller has one vote on an image: the latest counts, until a training"
                    + " begins with it.")
    @ResponseStatus(202)
    @APIResponseSchema(value = FeedbackView.class, responseCode = "202")
    public FeedbackView give(String id, @Nullable FeedbackRequest body) {
        if (body == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        if (caller.find(id).isEmpty()) {
            throw GenerationResource.unknown(id);
        }
        FeedbackSubmission submission = intake.take(id, body, caller.owner());
        if (submission instanceof FeedbackSubmission.Published published) {
            return FeedbackView.of(published.samples());
        }
        throw problem(submission, id);
    }

    private static ProblemException problem(FeedbackSubmission submission, String id) {
        if (submission instanceof FeedbackSubmission.Refused refused) {
            return new ProblemException(Problem.invalid(refused.badFields()));
        }
        if (submission instanceof FeedbackSubmission.NotSucceeded notSucceeded) {
            return new ProblemException(
                    ProblemType.NOT_SUCCEEDED,
                    "expected a generation that succeeded, found one that is "
                            + GenerationView.of(notSucceeded.generation()).status());
        }
        if (submission instanceof FeedbackSubmission.NoSuchImage none) {
            return new ProblemException(
                    ProblemType.NO_SUCH_IMAGE,
                    "image: expected 0 to " + (none.images() - 1) + ", found " + none.index());
        }
        if (submission instanceof FeedbackSubmission.NoStudent) {
            return new ProblemException(
                    ProblemType.NO_STUDENT,
                    "expected a generation that a student adapter drew, found one of the base, alone or with styles");
        }
        if (submission instanceof FeedbackSubmission.ForgottenRequest) {
            return new ProblemException(
                    ProblemType.NOT_FOUND, "it is no longer known what was asked for as generation " + id);
        }
        return GenerationResource.unknown(id);
    }
}
