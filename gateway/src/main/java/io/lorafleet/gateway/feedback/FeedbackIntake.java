// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.DerivedId;
import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Accepts feedback on images, and publishes a sample for each student that helped to generate the rated image. */
@Singleton
public final class FeedbackIntake {
    private final GenerationTable generations;
    private final AdapterRegistry adapters;
    private final FeedbackLog log;
    private final FeedbackMetrics metrics;
    private final Clock clock;

    FeedbackIntake(
            GenerationTable generations,
            AdapterRegistry adapters,
            FeedbackLog log,
            FeedbackMetrics metrics,
            Clock clock) {
        this.generations = generations;
        this.adapters = adapters;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Publishes the samples, and returns when all of them are durable.
     *
     * @param owner the caller; null in open mode
     * @throws NotPublishedException if the broker does not acknowledge a sample; other samples may still be durable
     */
    public FeedbackSubmission take(String generationId, FeedbackRequest body, @Nullable String owner) {
        Optional<Generation> generation = generations.find(generationId);
        if (generation.isEmpty()) {
            return new FeedbackSubmission.UnknownGeneration();
        }
        FieldChecks checks = new FieldChecks();
        CheckedFeedback checked = CheckedFeedback.of(body, checks);
        return checks.badFields().isEmpty()
                ? take(generation.get(), checked, owner)
                : new FeedbackSubmission.Refused(checks.badFields());
    }

    private FeedbackSubmission take(Generation generation, CheckedFeedback checked, @Nullable String owner) {
        if (!(generation.finished() instanceof GenerationSucceeded succeeded)) {
            return new FeedbackSubmission.NotSucceeded(generation);
        }
        Optional<GeneratedImage> image = succeeded.images().stream()
                .filter(one -> one.index() == checked.image())
                .findFirst();
        if (image.isEmpty()) {
            return new FeedbackSubmission.NoSuchImage(
                    checked.image(), succeeded.images().size());
        }
        if (generation.request() == null) {
            return new FeedbackSubmission.ForgottenRequest();
        }
        List<FeedbackGiven> samples = samples(generation.request(), image.get(), checked, owner);
        samples.forEach(this::publish);
        return samples.isEmpty() ? new FeedbackSubmission.NoStudent() : new FeedbackSubmission.Published(samples);
    }

    private List<FeedbackGiven> samples(
            GenerateImage request, GeneratedImage image, CheckedFeedback checked, @Nullable String owner) {
        Instant now = clock.instant();
        return request.adapters().stream()
                .map(AppliedAdapter::adapter)
                .filter(this::isStudent)
                .map(student -> sample(request, image, checked, student, owner, now))
                .toList();
    }

    /** Includes retired students, because the trainer decides whether they learn from the sample. */
    private boolean isStudent(PinnedAdapter adapter) {
        return adapters.find(adapter)
                .filter(version -> version.kind() == Kind.STUDENT)
                .isPresent();
    }

    private static FeedbackGiven sample(
            GenerateImage request,
            GeneratedImage image,
            CheckedFeedback checked,
            PinnedAdapter student,
            @Nullable String owner,
            Instant now) {
        return new FeedbackGiven(
                voteId(request, image, student, owner),
                request.requestId(),
                student,
                request.prompt(),
                request.negativePrompt(),
                image.seed(),
                request.width(),
                request.height(),
                request.steps(),
                checked.rating(),
                checked.asTeacher(),
                checked.note(),
                owner,
                now);
    }

    /** The trainer keeps the latest record per id, so that each owner has one vote per image and can change it. */
    private static String voteId(
            GenerateImage request, GeneratedImage image, PinnedAdapter student, @Nullable String owner) {
        String whose = owner == null ? "anybody" : "owner " + owner;
        return DerivedId.of("vote", request.requestId(), Integer.toString(image.index()), student.toString(), whose);
    }

    private void publish(FeedbackGiven sample) {
        log.write(sample);
        metrics.given(sample.rating());
    }
}
