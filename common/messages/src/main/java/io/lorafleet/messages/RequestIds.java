// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import org.jspecify.annotations.Nullable;

/** Request ids, which also serve as record keys. */
public final class RequestIds {
    private RequestIds() {}

    /** @param key record key, or null @return whether the key is a valid request id */
    public static boolean valid(@Nullable String key) {
        return key != null && Check.isId(key);
    }
}
