// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

/** The place of a record in Kafka. The topic's name has no prefix. */
public record Position(String topic, int partition, long offset) {
    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
