// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.standalone.SampleRequest;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.TopicEvent;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import io.lorafleet.standalone.history.TopicEvent.Started;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordDecoderTest {
    private static final PinnedAdapter PIN = new PinnedAdapter("fast", 3, "a".repeat(64));

    private final RecordDecoder decoder = new RecordDecoder(false);

    @Test
    void aRequestKeepsItsPlaceAndItsAdapters() {
        Requested request = (Requested)
                decode(Topic.REQUESTS, request("a star", Instant.EPOCH)).orElseThrow();

        assertThat(request.position()).isEqualTo(new Position("generation.requests", 0, 5));
        assertThat(request.id()).isEqualTo("r-1");
        assertThat(request.adapters()).containsExactly(PIN);
    }

    @Test
    void twoRecordsOfARequestMayDifferOnlyInTheTimeOfTheirAcceptance() {
        assertThat(content(request("a star", Instant.EPOCH)))
                .isEqualTo(content(request("a star", Instant.EPOCH.plusSeconds(1))))
                .isNotEqualTo(content(request("a ring", Instant.EPOCH)));
    }

    @Test
    void aFailureHasItsReason() {
        Ended end = (Ended) decode(
                        Topic.RESULTS,
                        Json.write(new GenerationFailed(
                                "r-1",
                                "worker-1",
                                Instant.EPOCH,
                                GenerationFailed.Reason.ATTEMPTS_EXHAUSTED,
                                "none of 4 attempts succeeded")))
                .orElseThrow();

        assertThat(end.outcome()).isEqualTo("failed");
        assertThat(end.reason()).isEqualTo("ATTEMPTS_EXHAUSTED: none of 4 attempts succeeded");
        assertThat(end.images()).isEmpty();
    }

    @Test
    void progressIsKeptOnlyIfAnAttemptStarts() {
        byte[] started = Json.write(new GenerationStarted("r-1", "worker-2", Instant.EPOCH));

        assertThat(decode(Topic.PROGRESS, started))
                .containsInstanceOf(Started.class)
                .map(event -> ((Started) event).worker())
                .contains("worker-2");
    }

    @Test
    void whatCannotBeReadIsSkipped() {
        assertThat(decode(Topic.REQUESTS, "}{".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        assertThat(decode(Topic.ADAPTERS, null)).isEmpty();
    }

    private String content(byte[] request) {
        return ((Requested) decode(Topic.REQUESTS, request).orElseThrow()).content();
    }

    private Optional<TopicEvent> decode(Topic topic, byte[] value) {
        return decoder.decode(7, new ConsumerRecord<>(topic.in(""), 0, 5, "fast@3", value));
    }

    private static byte[] request(String prompt, Instant acceptedAt) {
        return Json.write(SampleRequest.of("r-1", prompt, null, List.of(new AppliedAdapter(PIN, 1)), acceptedAt));
    }
}
