// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

/** The position of a record in Kafka. The topic's name has no prefix. */
public record Position(String topic, int partition, long offset) {
    /** @return whether both records are in the same partition, and this one comes first */
    public boolean precedes(Position other) {
        return topic.equals(other.topic) && partition == other.partition && offset < other.offset;
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
