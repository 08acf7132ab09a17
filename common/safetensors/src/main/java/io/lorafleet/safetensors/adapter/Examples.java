// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Problems by kind: how many tensors or layers have each, and the name of the first. */
final class Examples {
    private final Map<String, Kind> found = new TreeMap<>();

    private static final class Kind {
        private final String first;
        private int count;

        Kind(String first) {
            this.first = first;
        }
    }

    void count(String kind, String name) {
        found.computeIfAbsent(kind, any -> new Kind(name)).count++;
    }

    /** @return a reason for each kind */
    List<String> reasons() {
        return found.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue().count + ", such as " + each.getValue().first)
                .toList();
    }
}
