// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The adapter versions that failed to load in this worker, and the reasons why. */
final class UnusableAdapters {
    private final Map<AdapterWeights, UnusableAdapterException> reasons = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AdapterWeights, UnusableAdapterException> eldest) {
            return size() > WorkerStatus.MAX_ADAPTERS_NAMED;
        }
    };

    synchronized void add(AdapterWeights adapter, UnusableAdapterException why) {
        reasons.put(adapter, why);
    }

    synchronized void remove(AdapterWeights adapter) {
        reasons.remove(adapter);
    }

    /** @return the permanent failure of the adapter, or null if loading may be attempted */
    synchronized @Nullable UnusableAdapterException permanent(AdapterWeights adapter) {
        UnusableAdapterException why = reasons.get(adapter);
        return why != null && why.isPermanent() ? why : null;
    }

    synchronized List<RefusedAdapter> all() {
        return reasons.entrySet().stream()
                .map(each -> new RefusedAdapter(
                        each.getKey().toString(), String.valueOf(each.getValue().getMessage())))
                .toList();
    }
}
