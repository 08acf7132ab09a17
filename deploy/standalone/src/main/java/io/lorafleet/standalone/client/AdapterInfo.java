// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.Adapter;
import io.lorafleet.standalone.FleetException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An adapter in a gateway response.
 *
 * @param route the route; null if requests use the newest version
 */
public record AdapterInfo(String name, @Nullable AdapterRoute route, List<AdapterVersion> versions) {

    /**
     * @param number version number, or null for the version that requests use
     * @throws FleetException if the version does not exist
     */
    public AdapterVersion version(@Nullable Integer number) {
        Adapter adapter = new Adapter(name, route, versions);
        return (number == null ? adapter.current() : adapter.version(number))
                .orElseThrow(() -> new FleetException(
                        number == null
                                ? "adapter " + name + " has no active version"
                                : "adapter version not found: " + name + "@" + number));
    }
}
