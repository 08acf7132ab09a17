// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.SHA;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FeedbackIntakeTest {
    private static final FeedbackRequest UP = new FeedbackRequest("up", null, null, null);
    private static final String NOBODY = null;

    private final GenerationTable generations = new GenerationTable(10, new Backlog(Clock.systemUTC()));
    private final AdapterRegistry adapters = new AdapterRegistry();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<FeedbackGiven> written = new ArrayList<>();
    private FeedbackLog log = event -> written.add((FeedbackGiven) event);

    @BeforeEach
    void generateWithAStudent() {
        adapters.apply(AdapterEvent.of(student("fast", 1, 5)));
        request("g", student("fast", 1, 5));
        succeed("g");
    }

    @Test
    void publishesHowToReproduceTheImage() {
        FeedbackRequest body = new FeedbackRequest(0.5, 1, "too small", true);

        assertThat(intake().take("g", body, "alice")).isEqualTo(new FeedbackSubmission.Published(written));

        assertThat(written)
                .singleElement()
                .usingRecursiveComparison()
                .ignoringFields("feedbackId")
                .isEqualTo(new FeedbackGiven(
                        "whichever",
                        "g",
                        new PinnedAdapter("fast", 1, SHA),
                        "a red circle",
                        "blue",
                        8,
                        64,
                        96,
                        20,
                        0.5,
                        true,
                        "too small",
                        "alice",
                        NOW));
    }

    static Stream<Arguments> ratings() {
        return Stream.of(
                Arguments.of("up", null, 1.0, "up"),
                Arguments.of("down", false, -1.0, "down"),
                Arguments.of(0, null, 0.0, "neutral"),
                Arguments.of(-0.25, null, -0.25, "down"),
                Arguments.of(null, true, -1.0, "down"),
                Arguments.of("up", true, 1.0, "up"));
    }

    @ParameterizedTest
    @MethodSource("ratings")
    void countsRatingsInNumbersAndInWords(Object rating, Boolean asTeacher, double expected, String counted) {
        intake().take("g", new FeedbackRequest(rating, null, null, asTeacher), NOBODY);

        assertThat(written).extracting(FeedbackGiven::rating).containsExactly(expected);
        assertThat(meters.counter("lorafleet.feedback.given", "rating", counted).count())
                .isEqualTo(1);
    }

    static Stream<Arguments> mistakes() {
        String ratings = "-1.0 to 1.0, up or down";
        return Stream.of(
                Arguments.of(new FeedbackRequest(null, null, null, null), new BadField("rating", ratings, "none")),
                Arguments.of(new FeedbackRequest(1.5, null, null, true), new BadField("rating", ratings, "1.5")),
                Arguments.of(new FeedbackRequest(-2, null, null, null), new BadField("rating", ratings, "-2.0")),
                Arguments.of(
                        new FeedbackRequest("a secret", null, null, null),
                        new BadField("rating", ratings, "another string")),
                Arguments.of(
                        new FeedbackRequest(List.of(1), null, null, null),
                        new BadField("rating", ratings, "a value of another type")),
                Arguments.of(new FeedbackRequest("up", -1, null, null), new BadField("image", "0 or more", "-1")),
                Arguments.of(
                        new FeedbackRequest("up", null, "x".repeat(2001), null),
                        new BadField("note", "at most 2000 characters", "2001 characters")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesWhatIsWrong(FeedbackRequest body, BadField mistake) {
        assertThat(intake().take("g", body, NOBODY)).isEqualTo(new FeedbackSubmission.Refused(List.of(mistake)));
        assertThat(written).isEmpty();
    }

    @Test
    void publishesForEachStudentButNoStyle() {
        adapters.apply(AdapterEvent.of(student("slow", 3, 5)));
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        request("both", style("ink", 1), student("fast", 1, 5), student("slow", 3, 5));
        succeed("both");

        intake().take("both", UP, "alice");

        assertThat(written).extracting(sample -> sample.adapter().toString()).containsExactly("fast@1", "slow@3");
        assertThat(written).extracting(FeedbackGiven::feedbackId).doesNotHaveDuplicates();
    }

    @Test
    void publishesForARetiredStudent() {
        adapters.apply(AdapterEvent.of(student("fast", 1, 5).retired(NOW)));

        assertThat(intake().take("g", UP, NOBODY)).isInstanceOf(FeedbackSubmission.Published.class);
    }

    @Test
    void refusesFeedbackWithoutAStudent() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        request("of-the-base");
        request("of-a-style", style("ink", 1));
        request("of-one-that-is-not-in-the-registry", student("gone", 1, 5));
        for (String id : List.of("of-the-base", "of-a-style", "of-one-that-is-not-in-the-registry")) {
            succeed(id);
            assertThat(intake().take(id, UP, NOBODY)).as(id).isEqualTo(new FeedbackSubmission.NoStudent());
        }
        assertThat(written).isEmpty();
    }

    @Test
    void refusesMissingImages() {
        request("queued", student("fast", 1, 5));
        request("failed", student("fast", 1, 5));
        generations.apply(new GenerationFailed("failed", "w1", NOW, GenerationFailed.Reason.ADAPTER_UNUSABLE, "why"));

        assertThat(intake().take("unknown", UP, NOBODY)).isEqualTo(new FeedbackSubmission.UnknownGeneration());
        assertThat(intake().take("queued", UP, NOBODY)).isInstanceOf(FeedbackSubmission.NotSucceeded.class);
        assertThat(intake().take("failed", UP, NOBODY)).isInstanceOf(FeedbackSubmission.NotSucceeded.class);
        assertThat(intake().take("g", new FeedbackRequest("up", 2, null, null), NOBODY))
                .isEqualTo(new FeedbackSubmission.NoSuchImage(2, 2));
    }

    @Test
    void reportsADeletedRequest() {
        succeed("known-by-its-result-alone");

        assertThat(intake().take("known-by-its-result-alone", UP, NOBODY))
                .isEqualTo(new FeedbackSubmission.ForgottenRequest());
    }

    @Test
    void ownerHasOneVotePerImageThatCanChange() {
        FeedbackRequest down = new FeedbackRequest("down", null, "now that I look again", true);
        for (int i = 0; i < 50; i++) {
            intake().take("g", i % 2 == 0 ? UP : down, "alice");
        }

        assertThat(ids()).hasSize(50).containsOnly(ids().get(0));
    }

    @Test
    void separatesVotesByOwnerImageAndGeneration() {
        FeedbackRequest second = new FeedbackRequest("up", 1, null, null);
        request("another", student("fast", 1, 5));
        succeed("another");

        intake().take("g", UP, "alice");
        intake().take("g", UP, "bob");
        intake().take("g", UP, "anybody");
        intake().take("g", UP, NOBODY);
        intake().take("g", second, "alice");
        intake().take("another", UP, "alice");

        assertThat(ids()).doesNotHaveDuplicates();
    }

    @Test
    void imageHasOneVoteInOpenMode() {
        intake().take("g", UP, NOBODY);
        intake().take("g", UP, NOBODY);

        assertThat(ids()).containsOnly(ids().get(0));
        assertThat(written).extracting(FeedbackGiven::owner).containsOnlyNulls();
    }

    @Test
    void doesNotCountUnacknowledgedRequests() {
        log = event -> {
            throw new NotPublishedException("a deaf log", event.student(), null);
        };

        assertThatThrownBy(() -> intake().take("g", UP, NOBODY)).isInstanceOf(NotPublishedException.class);

        assertThat(meters.counter("lorafleet.feedback.given", "rating", "up").count())
                .isZero();
    }

    private List<String> ids() {
        return written.stream().map(FeedbackGiven::feedbackId).toList();
    }

    private FeedbackIntake intake() {
        return new FeedbackIntake(
                generations, adapters, log, new FeedbackMetrics(meters), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private void request(String id, AdapterVersion... versions) {
        generations.apply(GenerateImage.builder(id, NOW)
                .prompt("a red circle")
                .negativePrompt("blue")
                .adapters(Arrays.stream(versions)
                        .map(version -> new AppliedAdapter(version.pinned(), 1))
                        .toList())
                .guidanceScale(1)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 96)
                .seed(7)
                .count(2)
                .build());
    }

    private void succeed(String id) {
        List<GeneratedImage> images =
                List.of(new GeneratedImage(0, 7, "blob", SHA), new GeneratedImage(1, 8, "blob", SHA));
        generations.apply(new GenerationSucceeded(id, "w1", NOW, images, 40, Duration.ofSeconds(1), null));
    }
}
