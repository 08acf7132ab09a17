// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Adds the worker's pool to all of its metrics. */
final class PoolTag {
    @Produces
    @Singleton
    MeterFilter pool(WorkerConfig config) {
        return MeterFilter.commonTags(Tags.of("pool", config.worker().pool()));
    }
}
