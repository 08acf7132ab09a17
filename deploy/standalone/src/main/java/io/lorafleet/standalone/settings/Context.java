// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in the configuration file.
 *
 * @param apiKey API key or token; null if the gateway requires none
 */
public record Context(URI url, @Nullable String apiKey) {

    /** Does not contain the key. */
    @Override
    public String toString() {
        return "Context[url=" + url + ", apiKey=" + (apiKey == null ? "none" : "set") + "]";
    }
}
