// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import static io.lorafleet.gateway.generation.Samples.ready;
import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.started;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.testkit.StoppedClock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForecastsTest {
    /** Longer than a forecast is kept, however slowly this machine computes it. */
    private static final Duration LATER = Duration.ofSeconds(10);

    private final StoppedClock clock = new StoppedClock();
    private final Backlog backlog = new Backlog(clock);
    private final GenerationTable table = new GenerationTable(10, backlog);
    private final ModelDirectory models = new ModelDirectory(clock);
    private final Forecasts forecasts = new Forecasts(table, backlog, models, clock);

    @BeforeEach
    void startAWorker() {
        models.apply(ready());
    }

    @Test
    void knowsThePositionAndLaterTheTime() {
        table.apply(request("a"));
        table.apply(request("b"));
        assertThat(of("b")).isEqualTo(new Forecast.Place(2, null));
        table.apply(started("a"));
        clock.advance(LATER);
        table.apply(new StepDone("a", 10, 20, null)); // half of a request in ten seconds
        // The worker has one slot.
        assertThat(of("a")).isEqualTo(new Forecast.Place(null, Duration.ofSeconds(10)));
        assertThat(of("b")).isEqualTo(new Forecast.Place(1, Duration.ofSeconds(30)));
    }

    @Test
    void keepsAForecastForAWhile() {
        table.apply(request("a"));
        table.apply(request("b"));
        Forecast.Place second = of("b");
        table.apply(started("a"));
        assertThat(of("a")).isEqualTo(new Forecast.Place(null, null));
        assertThat(of("b")).isSameAs(second);
        clock.advance(LATER);
        assertThat(of("b")).isEqualTo(new Forecast.Place(1, null));
    }

    @Test
    void hasNoPlaceForAGenerationThatIsNotQueuedOrRunning() {
        table.apply(request("a"));
        table.apply(succeeded("a"));
        assertThat(of("a")).isNull();
        assertThat(forecasts.of(Generation.unknown("b"))).isNull();
    }

    private Forecast.Place of(String id) {
        return forecasts.of(table.find(id).orElseThrow());
    }
}
