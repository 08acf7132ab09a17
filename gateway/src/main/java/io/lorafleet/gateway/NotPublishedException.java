// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

/**
 * The broker did not acknowledge a record in time. The gateway must not confirm anything to a client that depends on
 * it.
 */
public final class NotPublishedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param key of the record */
    public NotPublishedException(String topic, String key, Throwable cause) {
        super(topic + ", record " + key + ": expected the broker's acknowledgement, found none in time", cause);
    }
}
