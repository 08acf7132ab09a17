// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is written, in its order; a route that is removed as the adapter's name. */
final class ListedLog implements AdapterLog {
    final List<Object> written = new ArrayList<>();

    @Override
    public void write(AdapterVersion version) {
        written.add(version);
    }

    @Override
    public void write(AdapterRoute route) {
        written.add(route);
    }

    @Override
    public void removeRoute(String name) {
        written.add(name);
    }
}
