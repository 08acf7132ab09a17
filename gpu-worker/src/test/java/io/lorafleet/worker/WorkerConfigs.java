// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Configurations of workers without a model. */
public final class WorkerConfigs {
    private WorkerConfigs() {}

    /** @param key key of one setting; all other settings have their defaults */
    public static WorkerConfig with(String key, String value) {
        Map<String, String> settings = new HashMap<>();
        settings.put("lorafleet.model", "any");
        settings.put("lorafleet.storage.directory", "any");
        settings.put(key, value);
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withMapping(WorkerConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(WorkerConfig.class);
    }
}
