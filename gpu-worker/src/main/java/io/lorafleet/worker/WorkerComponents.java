// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.config.BlobStores;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.TimeUnit;

/** Produces the beans that depend on the configuration. */
@ApplicationScoped
class WorkerComponents {

    @Produces
    @Singleton
    BlobStore blobStore(WorkerConfig config) {
        return BlobStores.open(config.storage());
    }

    @Produces
    @Singleton
    BrokerClock clock(MeterRegistry meters) {
        BrokerClock clock = new BrokerClock(Clock.systemUTC());
        TimeGauge.builder(
                        "lorafleet.clock.ahead",
                        clock,
                        TimeUnit.MILLISECONDS,
                        c -> c.ahead().toMillis())
                .description("How far this machine's clock is ahead of the brokers' clock")
                .register(meters);
        return clock;
    }
}
