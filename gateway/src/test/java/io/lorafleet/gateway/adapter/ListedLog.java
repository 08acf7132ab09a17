// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.registry.AdapterEvent;
import java.util.ArrayList;
import java.util.List;

/** Collects the records in order. */
final class ListedLog implements AdapterLog {
    final List<AdapterEvent> written = new ArrayList<>();

    @Override
    public void write(AdapterEvent event) {
        written.add(event);
    }
}
