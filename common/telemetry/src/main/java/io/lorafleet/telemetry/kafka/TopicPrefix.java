// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry.kafka;

import io.lorafleet.messages.Topic;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.Nullable;

/**
 * Reads the prefix of topic and group names from the configuration. An invalid prefix prevents a service from starting.
 */
public final class TopicPrefix implements Converter<String> {
    private static final long serialVersionUID = 1L;

    /** @return null for an empty value, which means no prefix */
    @Override
    public @Nullable String convert(String value) {
        return value.isEmpty() ? null : Topic.requirePrefix(value);
    }
}
