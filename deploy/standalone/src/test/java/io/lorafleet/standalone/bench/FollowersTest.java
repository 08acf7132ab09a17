package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.Priority;
import io.lorafleet.standalone.bench.Followers.End;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FollowersTest {
    private static final InstantSource CLOCK = InstantSource.system();

    private FakeGateway gateway;
    private FleetHttp fleet;

    @BeforeEach
    void orderTwo() throws Exception {
        gateway = new FakeGateway();
        fleet = new FleetHttp(gateway.url(), CLOCK);
        for (int i = 0; i < 2; i++) {
            fleet.submit(new TracedRequest(Duration.ZERO, "a star", i, null, 5, 20, null, null, Priority.INTERACTIVE))
                    .join();
        }
    }

    @AfterEach
    void close() {
        fleet.close();
        gateway.close();
    }

    @Test
    void whatEndedBeforeItsTurnIsSeenLate() {
        Followers followers = new Followers(fleet, CLOCK, 1);
        CompletableFuture<End> first = followers.follow("g0");
        CompletableFuture<End> second = followers.follow("g1");

        gateway.end("g1");
        gateway.end("g0");

        assertThat(first.join().late()).isFalse();
        assertThat(second.join().late()).isTrue();
    }

    @Test
    void whatEndsInItsTurnIsSeenInTime() {
        Followers followers = new Followers(fleet, CLOCK, 2);
        CompletableFuture<End> first = followers.follow("g0");
        CompletableFuture<End> second = followers.follow("g1");

        gateway.end("g1");

        assertThat(second.join().late()).isFalse();
        assertThat(first).isNotDone();
    }

    @Test
    void listensAgainWhenAStreamBreaks() {
        gateway.brokenStreams = 1;
        CompletableFuture<End> end = new Followers(fleet, CLOCK, 1).follow("g0");

        gateway.end("g0");

        assertThat(end.join().seen()).isNotNull();
        assertThat(gateway.brokenStreams).isZero();
    }

    @Test
    void saysThatTheGatewayDoesNotKnowIt() {
        assertThatThrownBy(() -> new Followers(fleet, CLOCK, 1).follow("g7").join())
                .hasRootCauseInstanceOf(BenchException.class)
                .hasRootCauseMessage("/v1/generations/g7: HTTP 404 Not found");
    }
}
