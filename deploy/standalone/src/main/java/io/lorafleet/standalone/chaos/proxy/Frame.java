// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A request, or the response to one.
 *
 * @param header header of the request
 * @param bytes a request without its header, or a response with its header
 */
record Frame(Direction direction, RequestHeader header, ByteBuffer bytes) {
    /** @return whether this is a Produce request with records of the topic */
    boolean produces(Uuid topic) {
        if (direction != Direction.REQUEST || header.apiKey() != ApiKeys.PRODUCE) {
            return false;
        }
        return ProduceRequest.parse(new ByteBufferAccessor(bytes.duplicate()), header.apiVersion())
                .data()
                .topicData()
                .stream()
                .anyMatch(data -> data.topicId().equals(topic));
    }

    /** @return whether this is a request that contains an acknowledgement of this type */
    boolean acknowledges(AcknowledgeType type) {
        AtomicBoolean found = new AtomicBoolean();
        ShareFrames.request(this, new ShareObserver() {
            @Override
            public void taken(String consumer, Uuid topic, int partition, long offset, int delivery) {}

            @Override
            public void acknowledged(String consumer, Uuid topic, int partition, long offset, int id) {
                found.compareAndSet(false, id == type.id);
            }
        });
        return found.get();
    }

    /** Tells an observer which records the frame acquires or acknowledges. */
    void tell(ShareObserver observer) {
        if (direction == Direction.REQUEST) {
            ShareFrames.request(this, observer);
        } else {
            ShareFrames.response(this, observer);
        }
    }
}
