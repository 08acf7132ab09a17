// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.proxy.Direction;
import io.lorafleet.standalone.chaos.proxy.KafkaProxy;
import io.lorafleet.standalone.chaos.proxy.Rule;
import io.lorafleet.standalone.chaos.proxy.Rule.Action;
import io.lorafleet.standalone.chaos.room.BrokerNode;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Faults in the connections to the broker. */
final class NetworkCells {
    private static final Duration LATENCY = Duration.ofMillis(400);
    private static final Duration LONGER_THAN_THE_LOCK =
            Duration.ofMillis(BrokerNode.LOCK_MS).plusSeconds(10);

    private NetworkCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        RoomSettings training = room.withTrainers(1, TrainerCells.SHORT_RUNS);
        return List.of(
                new Cell(
                        "net-reset",
                        "all connections to the broker are closed repeatedly for the duration of --outage",
                        room,
                        NetworkCells::reset),
                new Cell(
                        "net-delay",
                        "each broker response is delayed by " + LATENCY.toMillis() + " ms for the duration of --outage",
                        room,
                        NetworkCells::delay),
                new Cell(
                        "net-worker-blackhole",
                        "a busy worker and the broker cannot communicate for longer than the worker's locks last",
                        room,
                        nemesis -> partitionWorker(nemesis, Direction.REQUEST, Direction.RESPONSE)),
                new Cell(
                        "net-worker-deaf",
                        "a busy worker gets no responses for longer than its locks last, but its requests arrive",
                        room,
                        nemesis -> partitionWorker(nemesis, Direction.RESPONSE)),
                new Cell(
                        "net-worker-mute",
                        "a busy worker's requests arrive only after its locks have expired",
                        room,
                        nemesis -> partitionWorker(nemesis, Direction.REQUEST)),
                new Cell(
                        "net-gateway-blackhole",
                        "a gateway and the broker cannot communicate until the gateway refuses a request",
                        room,
                        nemesis -> partitionGateway(nemesis, Direction.REQUEST, Direction.RESPONSE)),
                new Cell(
                        "net-gateway-deaf",
                        "a gateway gets no responses from the broker until it refuses a request",
                        room,
                        nemesis -> partitionGateway(nemesis, Direction.RESPONSE)),
                new Cell(
                        "net-gateway-mute",
                        "a gateway's requests reach the broker only after the gateway has refused a request",
                        room,
                        nemesis -> partitionGateway(nemesis, Direction.REQUEST)),
                new Cell(
                        "net-trainer-blackhole",
                        "a trainer and the broker cannot communicate, during a run, for longer than the trainer's session",
                        training,
                        nemesis -> partitionTrainer(nemesis, Direction.REQUEST, Direction.RESPONSE)),
                new Cell(
                        "net-trainer-deaf",
                        "a trainer gets no responses from the broker, during a run, for longer than its session",
                        training,
                        nemesis -> partitionTrainer(nemesis, Direction.RESPONSE)),
                new Cell(
                        "net-trainer-mute",
                        "a trainer's requests reach the broker, during a run, only after its session has expired",
                        training,
                        nemesis -> partitionTrainer(nemesis, Direction.REQUEST)));
    }

    private static List<String> services(Nemesis nemesis) {
        List<String> services = new ArrayList<>(nemesis.room().gateways());
        services.addAll(nemesis.room().workers());
        return services;
    }

    private static void reset(Nemesis nemesis) throws InterruptedException {
        nemesis.busyWorker();
        long end = System.nanoTime() + nemesis.outage().toNanos();
        for (String service : services(nemesis)) {
            Nemesis.Active fault = nemesis.begin("reset", service);
            fault.struck(nemesis.room().proxy(service).reset() + " connections were closed");
        }
        while (System.nanoTime() < end) {
            for (String service : services(nemesis)) {
                nemesis.lastFor(Duration.ofMillis(100L + nemesis.random().nextInt(900)));
                nemesis.room().proxy(service).reset();
            }
        }
    }

    private static void delay(Nemesis nemesis) throws InterruptedException {
        nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin("delay", "all services");
        List<Runnable> undo = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        for (String service : services(nemesis)) {
            KafkaProxy proxy = nemesis.room().proxy(service);
            Rule rule = proxy.add(Rule.delay(LATENCY, Direction.RESPONSE));
            rules.add(rule);
            undo.add(() -> proxy.remove(rule));
        }
        nemesis.lastForOutage();
        undo.forEach(Runnable::run);
        fault.struck(rules.stream().mapToInt(Rule::hits).sum() + " responses were delayed");
    }

    private static void partitionWorker(Nemesis nemesis, Direction... directions)
            throws IOException, InterruptedException {
        String worker = nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin("partition", worker);
        List<Rule> rules = hold(nemesis.room().proxy(worker), directions);
        nemesis.lastFor(LONGER_THAN_THE_LOCK);
        awaitHits(nemesis, fault, rules);
        rules.forEach(nemesis.room().proxy(worker)::remove);
    }

    private static void partitionGateway(Nemesis nemesis, Direction... directions)
            throws IOException, InterruptedException {
        List<String> gateways = nemesis.room().gateways();
        String gateway = gateways.get(nemesis.random().nextInt(gateways.size()));
        Nemesis.Active fault = nemesis.begin("partition", gateway);
        List<Rule> rules = hold(nemesis.room().proxy(gateway), directions);
        fault.awaitRefusal(List.of(gateway));
        nemesis.lastForOutage();
        rules.forEach(nemesis.room().proxy(gateway)::remove);
        nemesis.room().process(gateway).awaitReady();
    }

    private static void partitionTrainer(Nemesis nemesis, Direction... directions)
            throws IOException, InterruptedException {
        String trainer = nemesis.room().trainers().get(0);
        nemesis.awaitRunUnderWay();
        Nemesis.Active fault = nemesis.begin("partition", trainer);
        List<Rule> rules = hold(nemesis.room().proxy(trainer), directions);
        nemesis.lastFor(TrainerCells.LONGER_THAN_THE_SESSION);
        awaitHits(nemesis, fault, rules);
        rules.forEach(nemesis.room().proxy(trainer)::remove);
        nemesis.awaitFinishedRun();
    }

    private static void awaitHits(Nemesis nemesis, Nemesis.Active fault, List<Rule> rules) throws InterruptedException {
        int hits = nemesis.awaitEffect("a frame to be held", () -> {
            int sum = rules.stream().mapToInt(Rule::hits).sum();
            return sum > 0 ? Optional.of(sum) : Optional.empty();
        });
        fault.struck(hits + " frames were held");
    }

    private static List<Rule> hold(KafkaProxy proxy, Direction... directions) {
        List<Rule> rules = new ArrayList<>();
        for (Direction direction : directions) {
            rules.add(proxy.add(Rule.of(Action.HOLD, direction)));
        }
        return rules;
    }
}
