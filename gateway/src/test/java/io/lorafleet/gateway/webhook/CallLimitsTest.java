// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallLimitsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Vertx vertx = Vertx.vertx();
    private final CallLimits limits = new CallLimits(vertx, 3, 2);
    private final List<String> begun = new ArrayList<>();
    private final Map<String, Promise<String>> underWay = new TreeMap<>();

    @AfterEach
    void close() {
        vertx.close();
    }

    /** @param name name of the call; the first letter is the host */
    private Future<String> call(String name, Duration timeout) {
        return limits.call(name.substring(0, 1), timeout, () -> {
            begun.add(name);
            underWay.put(name, Promise.promise());
            return underWay.get(name).future();
        });
    }

    private void call(String... names) {
        for (String name : names) {
            call(name, LONG);
        }
    }

    @Test
    void limitsCallsPerHostWithoutDelayingOtherHosts() {
        call("a1", "a2", "a3", "b1");
        assertThat(begun).containsExactly("a1", "a2", "b1");
        underWay.get("a2").complete("");
        assertThat(begun).endsWith("a3");
    }

    @Test
    void limitsAllCallsAndKeepsTheirOrder() {
        call("a1", "b1", "c1", "a2", "d1");
        assertThat(begun).containsExactly("a1", "b1", "c1");
        underWay.get("c1").fail("it");
        underWay.get("a1").complete("");
        assertThat(begun).containsExactly("a1", "b1", "c1", "a2", "d1");
    }

    @Test
    void returnsTheOutcomeOfTheCall() {
        Future<String> called = call("a1", LONG);
        underWay.get("a1").complete("done");
        assertThat(called.result()).isEqualTo("done");
    }

    @Test
    void releasesAPlaceAfterAnException() {
        for (int i = 0; i < 9; i++) {
            Future<String> called = limits.call("a", LONG, () -> {
                throw new IllegalStateException("thrown");
            });
            assertThat(called.cause()).hasMessage("thrown");
        }
    }

    @Test
    void refusesWhenTheQueueIsLong() {
        call("a1", "a2");
        Future<String> third = call("a3", Duration.ofMillis(1));
        await().until(third::failed);
        assertThat(third.cause())
                .isInstanceOf(IOException.class)
                .hasMessage("the call waited too long for other calls to finish");
        call("a4");
        underWay.get("a1").complete("");
        assertThat(begun).containsExactly("a1", "a2", "a4");
    }
}
