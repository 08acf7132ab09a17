// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;

/** The ids of recently cancelled requests, regardless of which worker has the requests. */
@ApplicationScoped
public class Cancellations {
    /** Larger than any backlog. Beyond this number, the oldest ids are dropped. */
    private static final int REMEMBERED = 100_000;

    private final Map<String, Boolean> ids = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Adds a request id. */
    public synchronized void cancel(String requestId) {
        ids.put(requestId, true);
    }

    /** @return whether the request was cancelled */
    public synchronized boolean cancelled(String requestId) {
        return ids.containsKey(requestId);
    }
}
