// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.feedback.FeedbackIntake;
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

/** Accepts feedback on images, from which students learn. */
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
            summary = "Rate an image; responds when the feedback is durable",
            description = "The students that generated the image learn from it. Images of the base, alone or"
                    + " with styles, cannot be rated. Each caller has one vote per image: until a training run"
                    + " has consumed it, a new vote replaces it.")
    @ResponseStatus(202)
    @APIResponseSchema(value = FeedbackView.class, responseCode = "202")
    public FeedbackView give(String id, @Nullable FeedbackBody body) {
        if (body == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        if (caller.find(id).isEmpty()) {
            throw GenerationResource.unknown(id);
        }
        return intake.take(id, body.request(), caller.owner()).match(new Response(id));
    }

    /** Answers a feedback request on a generation, with a view or with a problem. */
    private record Response(String id) implements FeedbackSubmission.Cases<FeedbackView> {
        @Override
        public FeedbackView published(FeedbackSubmission.Published publication) {
            return FeedbackView.of(publication.samples());
        }

        @Override
        public FeedbackView refused(FeedbackSubmission.Refused refusal) {
            throw new ProblemException(Problem.invalid(refusal.badFields()));
        }

        @Override
        public FeedbackView unknownGeneration(FeedbackSubmission.UnknownGeneration unknown) {
            throw GenerationResource.unknown(id);
        }

        @Override
        public FeedbackView forgottenRequest(FeedbackSubmission.ForgottenRequest forgotten) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "expected the request of generation " + id + ", found that it has been deleted");
        }

        @Override
        public FeedbackView notSucceeded(FeedbackSubmission.NotSucceeded generation) {
            throw new ProblemException(
                    ProblemType.NOT_SUCCEEDED,
                    "expected a succeeded generation, found one with status "
                            + GenerationView.of(generation.generation()).status());
        }

        @Override
        public FeedbackView noSuchImage(FeedbackSubmission.NoSuchImage image) {
            throw new ProblemException(
                    ProblemType.NO_SUCH_IMAGE,
                    "image: expected 0 to " + (image.images() - 1) + ", found " + image.index());
        }

        @Override
        public FeedbackView noStudent(FeedbackSubmission.NoStudent noStudent) {
            throw new ProblemException(
                    ProblemType.NO_STUDENT,
                    "expected an image of a student, found one of the base, alone or with styles");
        }
    }
}
