// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry.kafka;

import io.lorafleet.messages.PoolName;
import org.eclipse.microprofile.config.spi.Converter;

/** Reads the name of a pool from the configuration. An invalid name prevents a service from starting. */
public final class PoolSetting implements Converter<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String convert(String value) {
        return PoolName.require("pool", value);
    }
}
