// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Tags all metrics of the worker with the name of its pool. */
final class PoolTag {
    @Produces
    @Singleton
    MeterFilter pool(WorkerConfig config) {
        return MeterFilter.commonTags(Tags.of("pool", config.worker().pool()));
    }
}
