// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.chaos.proxy.Direction;
import io.lorafleet.standalone.chaos.proxy.KafkaProxy;
import io.lorafleet.standalone.chaos.proxy.Rule;
import io.lorafleet.standalone.chaos.proxy.Rule.Action;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** Kills a worker at a specific point in the processing of a request. */
final class MomentCells {
    private MomentCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell(
                        "worker-kill-with-png",
                        "a worker is killed (SIGKILL) after it has stored an image, but no manifest",
                        room,
                        MomentCells::betweenImageAndManifest),
                new Cell(
                        "worker-kill-before-result",
                        "a worker is killed (SIGKILL) after it has stored a manifest; its result does not reach the"
                                + " broker",
                        room,
                        MomentCells::beforeResult),
                new Cell(
                        "worker-kill-before-ack",
                        "a worker is killed (SIGKILL) after it has published a result; its acknowledgement does not"
                                + " reach the broker",
                        room,
                        MomentCells::beforeAcknowledgement));
    }

    /**
     * Pauses a worker that has stored an image. Kills the worker if there is no manifest yet; otherwise, resumes it and
     * tries again with another request.
     */
    private static void betweenImageAndManifest(Nemesis nemesis) throws IOException, InterruptedException {
        while (true) {
            String worker = nemesis.busyWorker();
            String id = awaitFirstImage(nemesis, worker);
            if (id == null) {
                continue;
            }
            nemesis.room().process(worker).pause();
            if (exists(nemesis, BlobKeys.manifest(id))) {
                nemesis.room().process(worker).resume();
                continue;
            }
            Nemesis.Active fault = nemesis.begin("kill-9 with an image", worker);
            nemesis.room().process(worker).kill();
            fault.awaitAnotherAttempt(Set.of(id));
            nemesis.restart(worker);
            return;
        }
    }

    /**
     * @return a request that the worker is processing and for which an image has been stored; null if all of the
     *     worker's requests end first
     */
    private static @Nullable String awaitFirstImage(Nemesis nemesis, String worker) {
        while (true) {
            Set<String> held = nemesis.underWay(worker);
            if (held.isEmpty()) {
                return null;
            }
            for (String id : held) {
                if (exists(nemesis, BlobKeys.image(id, 0))) {
                    return id;
                }
            }
        }
    }

    private static void beforeResult(Nemesis nemesis) throws IOException, InterruptedException {
        String worker = nemesis.busyWorker();
        KafkaProxy proxy = nemesis.room().proxy(worker);
        Nemesis.Active fault = nemesis.begin("kill-9 before the result", worker);
        Rule rule = proxy.add(Rule.of(Action.HOLD, Direction.REQUEST, ApiKeys.PRODUCE)
                .onTopic(nemesis.room().brokers().topicId(Topic.RESULTS.in(""))));
        nemesis.awaitHeld("a result", rule);
        Set<String> held = nemesis.underWay(worker);
        List<String> stored = held.stream()
                .filter(id -> exists(nemesis, BlobKeys.manifest(id)))
                .toList();
        nemesis.room().process(worker).kill();
        proxy.reset();
        proxy.remove(rule);
        Ended end = nemesis.awaitEffect(
                "the result of one of " + stored + " by another worker",
                () -> nemesis.ends().filter(each -> stored.contains(each.id())).findFirst());
        fault.struck("the result of " + end.id() + " was held; its manifest became the result");
        nemesis.restart(worker);
    }

    static void beforeAcknowledgement(Nemesis nemesis) throws IOException, InterruptedException {
        String worker = nemesis.busyWorker();
        KafkaProxy proxy = nemesis.room().proxy(worker);
        Nemesis.Active fault = nemesis.begin("kill-9 before the acknowledgement", worker);
        Rule rule = proxy.add(Rule.of(Action.HOLD, Direction.REQUEST).onAcknowledgement(AcknowledgeType.ACCEPT));
        Set<String> held = nemesis.underWay(worker);
        nemesis.awaitHeld("an acknowledgement", rule);
        nemesis.room().process(worker).kill();
        proxy.reset();
        proxy.remove(rule);
        Set<String> once = new HashSet<>();
        Ended again = nemesis.awaitEffect("a second result for one of " + held, () -> {
            once.clear();
            return nemesis.ends()
                    .filter(each -> held.contains(each.id()) && !once.add(each.id()))
                    .findFirst();
        });
        fault.struck("a second result for " + again.id() + " was published");
        nemesis.restart(worker);
    }

    private static boolean exists(Nemesis nemesis, String key) {
        Path blob = nemesis.room().blobs().resolve(key);
        return Files.exists(blob);
    }
}
