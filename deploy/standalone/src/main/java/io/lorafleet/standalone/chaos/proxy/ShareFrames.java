// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;

/** Finds the records that share consumers acquire and acknowledge. A fetch can contain acknowledgements, too. */
final class ShareFrames {
    private ShareFrames() {}

    static void request(Frame frame, ShareObserver observer) {
        ByteBufferAccessor body = new ByteBufferAccessor(frame.bytes().duplicate());
        short version = frame.header().apiVersion();
        String consumer = frame.header().clientId();
        if (frame.header().apiKey() == ApiKeys.SHARE_FETCH) {
            ShareFetchRequestData data = ShareFetchRequest.parse(body, version).data();
            data.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> partition
                                    .acknowledgementBatches()
                                    .forEach(batch -> new Batch(
                                                    topic.topicId(),
                                                    partition.partitionIndex(),
                                                    batch.firstOffset(),
                                                    batch.lastOffset(),
                                                    batch.acknowledgeTypes())
                                            .tell(consumer, observer))));
        } else if (frame.header().apiKey() == ApiKeys.SHARE_ACKNOWLEDGE) {
            ShareAcknowledgeRequestData data =
                    ShareAcknowledgeRequest.parse(body, version).data();
            data.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> partition
                                    .acknowledgementBatches()
                                    .forEach(batch -> new Batch(
                                                    topic.topicId(),
                                                    partition.partitionIndex(),
                                                    batch.firstOffset(),
                                                    batch.lastOffset(),
                                                    batch.acknowledgeTypes())
                                            .tell(consumer, observer))));
        }
    }

    /** @param types one type for all offsets, or one for each */
    private record Batch(Uuid topic, int partition, long first, long last, List<Byte> types) {
        void tell(String consumer, ShareObserver observer) {
            for (long offset = first; offset <= last; offset++) {
                int index = types.size() == 1 ? 0 : Math.toIntExact(offset - first);
                observer.acknowledged(consumer, topic, partition, offset, types.get(index));
            }
        }
    }

    static void response(Frame frame, ShareObserver observer) {
        if (frame.header().apiKey() != ApiKeys.SHARE_FETCH) {
            return;
        }
        String consumer = frame.header().clientId();
        ShareFetchResponseData data = ((ShareFetchResponse)
                        AbstractResponse.parseResponse(frame.bytes().duplicate(), frame.header()))
                .data();
        data.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    for (AcquiredRecords acquired : partition.acquiredRecords()) {
                        for (long offset = acquired.firstOffset(); offset <= acquired.lastOffset(); offset++) {
                            observer.taken(
                                    consumer,
                                    topic.topicId(),
                                    partition.partitionIndex(),
                                    offset,
                                    acquired.deliveryCount());
                        }
                    }
                }));
    }
}
