// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.proxy.Direction;
import io.lorafleet.standalone.chaos.proxy.KafkaProxy;
import io.lorafleet.standalone.chaos.proxy.Rule;
import io.lorafleet.standalone.chaos.proxy.Rule.Action;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** Faults in trainers, while clients give feedback. The training runs are as short as possible. */
final class TrainerCells {
    private static final String FIRST = "trainer-1";
    static final Duration LONGER_THAN_THE_SESSION = Duration.ofSeconds(60);
    static final Map<String, String> SHORT_RUNS = Map.ofEntries(
            Map.entry("lorafleet.trainer.min-samples", "4"),
            Map.entry("lorafleet.trainer.max-retry-pause", "PT2S"),
            Map.entry("lorafleet.trainer.run.steps", "6"),
            Map.entry("lorafleet.trainer.run.batch", "4"),
            Map.entry("lorafleet.trainer.run.prompts-per-round", "4"),
            Map.entry("lorafleet.trainer.run.sampler-steps", "4"),
            Map.entry("lorafleet.trainer.gate.margin", "1"),
            Map.entry("lorafleet.trainer.gate.adherence-margin", "1"),
            Map.entry("lorafleet.trainer.gate.max-prompts", "1"),
            Map.entry("lorafleet.trainer.gate.sampler-steps", "2"),
            Map.entry("lorafleet.trainer.canary.canary-share", "0"));

    private TrainerCells() {}

    static List<Cell> all() {
        RoomSettings one = RoomSettings.usual().withTrainers(1, SHORT_RUNS);
        RoomSettings two = RoomSettings.usual().withTrainers(2, SHORT_RUNS);
        Map<String, String> sameId = new LinkedHashMap<>(SHORT_RUNS);
        sameId.put("lorafleet.trainer.id", "trainer");
        return List.of(
                new Cell("trainer-kill", "each trainer is killed (SIGKILL) during a run", one, TrainerCells::kill),
                new Cell(
                        "trainer-kill-in-transaction",
                        "a trainer is killed (SIGKILL) while its transaction is open",
                        one,
                        nemesis -> killAt(nemesis, ApiKeys.TXN_OFFSET_COMMIT)),
                new Cell(
                        "trainer-kill-before-commit",
                        "a trainer is killed (SIGKILL) before its commit request reaches the broker",
                        one,
                        nemesis -> killAt(nemesis, ApiKeys.END_TXN)),
                new Cell(
                        "trainer-overtaken",
                        "a trainer is paused (SIGSTOP) before its commit until another trainer has finished the run",
                        two,
                        TrainerCells::overtake),
                new Cell(
                        "trainers-with-partitions",
                        "two trainers share three partitions of feedback, and each trainer is killed (SIGKILL) during a run",
                        two.withPartitions(3),
                        TrainerCells::killWithPartitions),
                new Cell(
                        "trainers-with-one-id",
                        "two trainers have the same id, and each is killed (SIGKILL) during a run",
                        RoomSettings.usual().withTrainers(2, sameId),
                        TrainerCells::kill));
    }

    private static void kill(Nemesis nemesis) throws IOException, InterruptedException {
        for (String trainer : nemesis.room().trainers()) {
            nemesis.awaitRunUnderWay();
            Nemesis.Active fault = nemesis.begin("kill-9", trainer);
            nemesis.room().process(trainer).kill();
            nemesis.restart(trainer);
            fault.struck("a run was in progress; afterwards, " + nemesis.awaitFinishedRun() + " ended");
        }
    }

    private static void killWithPartitions(Nemesis nemesis) throws IOException, InterruptedException {
        nemesis.awaitFinishedRunOfEachAdapter();
        kill(nemesis);
        nemesis.awaitFinishedRunOfEachAdapter();
    }

    private static void killAt(Nemesis nemesis, ApiKeys api) throws IOException, InterruptedException {
        KafkaProxy proxy = nemesis.room().proxy(FIRST);
        Nemesis.Active fault = nemesis.begin("kill-9 at " + api, FIRST);
        Rule rule = proxy.add(Rule.of(Action.HOLD, Direction.REQUEST, api));
        nemesis.awaitHeld("a request", rule);
        nemesis.room().process(FIRST).kill();
        proxy.reset();
        proxy.remove(rule);
        nemesis.restart(FIRST);
        fault.struck(api + " was held; afterwards, " + nemesis.awaitFinishedRun() + " ended");
    }

    private static void overtake(Nemesis nemesis) throws IOException, InterruptedException {
        // Only one trainer is assigned the partition with the feedback, but it is not known which one.
        List<Held> all = nemesis.room().trainers().stream()
                .map(trainer -> new Held(trainer, nemesis.room().proxy(trainer)))
                .toList();
        Held owner = nemesis.awaitEffect(
                "a trainer that commits",
                () -> all.stream().filter(each -> each.rule().hits() > 0).findFirst());
        Nemesis.Active fault = nemesis.begin("pause before the commit", owner.trainer());
        nemesis.room().process(owner.trainer()).pause();
        all.stream().filter(each -> !each.equals(owner)).forEach(Held::release);
        nemesis.lastFor(LONGER_THAN_THE_SESSION);
        fault.struck("meanwhile, " + nemesis.awaitFinishedRun() + " ended");
        nemesis.room().process(owner.trainer()).resume();
        owner.release();
        nemesis.awaitFinishedRun();
    }

    /** A trainer, its proxy, and the rule by which the proxy holds commit requests. */
    private record Held(String trainer, KafkaProxy proxy, Rule rule) {
        Held(String trainer, KafkaProxy proxy) {
            this(trainer, proxy, proxy.add(Rule.of(Action.HOLD, Direction.REQUEST, ApiKeys.END_TXN)));
        }

        void release() {
            proxy.remove(rule);
        }
    }
}
