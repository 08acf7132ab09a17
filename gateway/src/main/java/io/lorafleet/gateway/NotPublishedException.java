// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

/**
 * Thrown if the broker does not acknowledge a record in time. The gateway must not confirm anything that depends on
 * this record.
 */
public final class NotPublishedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param key key of the record */
    public NotPublishedException(String topic, String key, Throwable cause) {
        super("the broker did not acknowledge record " + key + " in topic " + topic + " in time", cause);
    }
}
