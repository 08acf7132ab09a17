// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.Priority;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.RequestRejectedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompletionPollerTest {
    private FakeGateway gateway;
    private GatewayClient client;
    private CompletionPoller ends;

    @BeforeEach
    void submitTwo() throws Exception {
        gateway = new FakeGateway();
        client = new GatewayClient(gateway.url(), null);
        ends = new CompletionPoller(client);
        for (int i = 0; i < 2; i++) {
            client.submit(new TracedRequest(Duration.ZERO, "a star", i, null, 5, 20, null, null, Priority.INTERACTIVE)
                            .body())
                    .join();
        }
    }

    @AfterEach
    void close() {
        ends.close();
        gateway.close();
    }

    @Test
    void seesEachEnd() {
        CompletableFuture<GenerationStatus> first = ends.of("g0");
        CompletableFuture<GenerationStatus> second = ends.of("g1");

        gateway.end("g1");

        assertThat(second.join().id()).isEqualTo("g1");
        assertThat(first).isNotDone();
    }

    @Test
    void asksAgainWhenTheGatewayDoesNotAnswer() {
        gateway.brokenConnections.set(2);
        CompletableFuture<GenerationStatus> end = ends.of("g0");

        gateway.end("g0");

        assertThat(end.join().isSucceeded()).isTrue();
        assertThat(gateway.brokenConnections).hasValue(0);
    }

    @Test
    void saysThatTheGatewayDoesNotKnowIt() {
        assertThatThrownBy(() -> ends.of("g7").join())
                .hasRootCauseInstanceOf(RequestRejectedException.class)
                .hasRootCauseMessage("Not found");
    }
}
