// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.ArrayList;
import java.util.List;

/** Collects the records in order. A removed route is collected as the name of the adapter. */
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
