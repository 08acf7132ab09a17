// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;

/** The requests that were cancelled lately, whoever has them. */
@ApplicationScoped
public class Cancellations {
    /** More than can be waiting; the oldest are forgotten. */
    private static final int REMEMBERED = 100_000;

    private final Map<String, Boolean> ids = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    public synchronized void cancel(String requestId) {
        ids.put(requestId, true);
    }

    public synchronized boolean cancelled(String requestId) {
        return ids.containsKey(requestId);
    }
}
