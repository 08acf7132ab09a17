// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry;

import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** While an instance is open, all lines logged by the thread that created it have the request id as a field. */
public final class RequestLog implements AutoCloseable {
    /** Name of the field. */
    public static final String REQUEST_ID = "requestId";

    private final @Nullable Object before;

    private RequestLog(@Nullable Object before) {
        this.before = before;
    }

    /** @param requestId request id; null if it is not known */
    public static RequestLog of(@Nullable String requestId) {
        RequestLog log = new RequestLog(MDC.get(REQUEST_ID));
        set(requestId);
        return log;
    }

    private static void set(@Nullable Object requestId) {
        if (requestId == null) {
            MDC.remove(REQUEST_ID);
        } else {
            MDC.put(REQUEST_ID, requestId);
        }
    }

    @Override
    public void close() {
        set(before);
    }
}
