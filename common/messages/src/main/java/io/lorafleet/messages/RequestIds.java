// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import org.jspecify.annotations.Nullable;

/** Ids of requests, which are also record keys. */
public final class RequestIds {
    private RequestIds() {}

    /** @return whether a record key, which may be null, can be the id of a request */
    public static boolean valid(@Nullable String key) {
        return key != null && Check.isId(key);
    }
}
