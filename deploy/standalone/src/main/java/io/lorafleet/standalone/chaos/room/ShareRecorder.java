// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.standalone.chaos.proxy.ShareObserver;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.WorkerEvent.Acknowledged;
import io.lorafleet.standalone.history.WorkerEvent.Disconnected;
import io.lorafleet.standalone.history.WorkerEvent.Taken;
import java.util.Locale;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.Uuid;

/** Records in the history which requests a worker acquires and acknowledges. */
final class ShareRecorder implements ShareObserver {
    private static final String SOURCE = "workers";

    private final String worker;
    private final Recorder recorder;
    private final Function<Uuid, String> topics;

    /** @param topics the topics' names */
    ShareRecorder(String worker, Recorder recorder, Function<Uuid, String> topics) {
        this.worker = worker;
        this.recorder = recorder;
        this.topics = topics;
    }

    @Override
    public void taken(String consumer, Uuid topic, int partition, long offset, int delivery) {
        Position position = new Position(topics.apply(topic), partition, offset);
        recorder.record(SOURCE, new Taken(recorder.now(), worker, consumer, position, delivery));
    }

    @Override
    public void disconnected(String consumer) {
        recorder.record(SOURCE, new Disconnected(recorder.now(), worker, consumer));
    }

    @Override
    public void acknowledged(String consumer, Uuid topic, int partition, long offset, int type) {
        Position position = new Position(topics.apply(topic), partition, offset);
        String how = type == 0
                ? "gap"
                : AcknowledgeType.forId((byte) type).toString().toLowerCase(Locale.ROOT);
        recorder.record(SOURCE, new Acknowledged(recorder.now(), worker, consumer, position, how));
    }
}
