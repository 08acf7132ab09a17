// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.generation.admission.Admission;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the problems for requests that are not accepted. */
class GenerationSubmitterTest {
    private static final Duration NEVER = null;

    @Test
    void asksToRetryWithoutAWorker() {
        isRefused(new Admission.NoModel(), ProblemType.NO_WORKER, Duration.ofSeconds(5));
        assertThat(GenerationSubmitter.noWorker().problem().status()).isEqualTo(503);
    }

    @Test
    void asksToRetryWhenTheQueueIsFull() {
        ProblemException refusal = isRefused(
                new Admission.Overloaded(Duration.ofSeconds(42)), ProblemType.OVERLOADED, Duration.ofSeconds(42));
        assertThat(refusal.problem().detail()).endsWith("try again in 42 seconds");
        isRefused(new Admission.Busy(Duration.ofSeconds(2)), ProblemType.BUSY, Duration.ofSeconds(2));
    }

    @Test
    void distinguishesAnInProgressRequestFromAReusedKey() {
        isRefused(new Admission.Underway(), ProblemType.ORDER_UNDERWAY, Duration.ofSeconds(1));
        isRefused(new Admission.KeyReused(), ProblemType.IDEMPOTENCY_KEY_REUSED, NEVER);
    }

    @Test
    void usesTheFieldNamesOfTheEndpoint() {
        Admission refused = new Admission.Refused(List.of(new BadField("count", "1 to 8", "9")));
        assertThat(isRefused(refused, ProblemType.INVALID_REQUEST, NEVER)
                        .problem()
                        .errors())
                .containsExactly(new BadField("its count", "1 to 8", "9"));
    }

    @Test
    void namesTheAdaptersThatThereAre() {
        assertThat(detail(List.of())).isEqualTo("its adapter: expected none, because there are no adapters");
        assertThat(detail(List.of("ink", "oil")))
                .isEqualTo("its adapter: expected one of ink, oil, or a NAME@VERSION that is not retired");
    }

    private static String detail(List<String> known) {
        return isRefused(new Admission.UnknownAdapter("adapter", known), ProblemType.UNKNOWN_ADAPTER, NEVER)
                .problem()
                .detail();
    }

    private static ProblemException isRefused(Admission admission, ProblemType type, Duration retryAfter) {
        GenerationSubmitter.Response response = new GenerationSubmitter.Response(field -> "its " + field);
        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> admission.match(response));
        assertThat(refusal.problem().type()).isEqualTo(type.uri());
        assertThat(refusal.problem().status()).isEqualTo(type.status());
        assertThat(refusal.retryAfter().orElse(NEVER)).isEqualTo(retryAfter);
        return refusal;
    }
}
