// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests a gateway with a short queue. */
@QuarkusTest
@TestProfile(ScarceGateway.class)
class OverloadTest extends GatewayTest {
    private static final Map<String, Object> TEN_EVALUATIONS = Map.of("prompt", "a", "steps", 5);

    @Test
    void refusesRequestsWhileTheQueueIsFull() {
        List<String> accepted = new ArrayList<>();
        while (true) {
            var answer = post(TEN_EVALUATIONS);
            if (answer.extract().statusCode() != 202) {
                isProblem(answer, 429, "overloaded");
                answer.header("Retry-After", matchesPattern("[1-9][0-9]*"));
                break;
            }
            accepted.add(answer.extract().path("id"));
        }
        assertThat(accepted).isNotEmpty();
        accepted.forEach(worker::succeed);
        accepted.forEach(id -> awaitStatus(id, "succeeded"));
        submit(TEN_EVALUATIONS);
    }
}
