// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.Priority;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompletionPollerTest {
    private FakeGateway gateway;
    private FleetHttp fleet;
    private CompletionPoller ends;

    @BeforeEach
    void orderTwo() throws Exception {
        gateway = new FakeGateway();
        fleet = new FleetHttp(gateway.url());
        ends = new CompletionPoller(fleet);
        for (int i = 0; i < 2; i++) {
            fleet.submit(new TracedRequest(Duration.ZERO, "a star", i, null, 5, 20, null, null, Priority.INTERACTIVE))
                    .join();
        }
    }

    @AfterEach
    void close() {
        ends.close();
        fleet.close();
        gateway.close();
    }

    @Test
    void seesEachEnd() {
        CompletableFuture<GenerationState> first = ends.of("g0");
        CompletableFuture<GenerationState> second = ends.of("g1");

        gateway.end("g1");

        assertThat(second.join().id()).isEqualTo("g1");
        assertThat(first).isNotDone();
    }

    @Test
    void asksAgainWhenTheGatewayDoesNotAnswer() {
        gateway.brokenConnections.set(2);
        CompletableFuture<GenerationState> end = ends.of("g0");

        gateway.end("g0");

        assertThat(end.join().succeeded()).isTrue();
        assertThat(gateway.brokenConnections).hasValue(0);
    }

    @Test
    void saysThatTheGatewayDoesNotKnowIt() {
        assertThatThrownBy(() -> ends.of("g7").join())
                .hasRootCauseInstanceOf(BenchException.class)
                .hasRootCauseMessage("/v1/generations/g7: HTTP 404 Not found");
    }
}
