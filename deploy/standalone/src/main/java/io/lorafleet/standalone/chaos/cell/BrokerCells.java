// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.chaos.room.Brokers;
import io.lorafleet.standalone.chaos.room.ChildProcess;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Faults of the broker. */
final class BrokerCells {
    private static final String BROKER = "broker-1";
    private static final int FAILOVERS = 3;
    /** Long enough for requests to be accepted and to end while only two brokers are running. */
    private static final Duration FAILOVER_PAUSE = Duration.ofSeconds(10);

    private BrokerCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell(
                        "broker-kill",
                        "the only broker is killed (SIGKILL) and restarted after a gateway has refused a request",
                        room,
                        nemesis -> stop(nemesis, true, false)),
                new Cell(
                        "broker-restart",
                        "the only broker is stopped (SIGTERM) and restarted after a gateway has refused a request",
                        room,
                        nemesis -> stop(nemesis, false, false)),
                new Cell(
                        "broker-away",
                        "the only broker is killed (SIGKILL) and stays down for the duration of --outage",
                        room,
                        nemesis -> stop(nemesis, true, true)),
                new Cell(
                        "broker-failover",
                        "three brokers: the leader of the request topic is killed (SIGKILL) three times in a row",
                        room.withBrokers(3),
                        BrokerCells::failOver));
    }

    private static void failOver(Nemesis nemesis) throws IOException, InterruptedException {
        String topic = Topic.REQUESTS.in("");
        Brokers brokers = nemesis.room().brokers();
        for (int i = 0; i < FAILOVERS; i++) {
            nemesis.busyWorker();
            String leader = nemesis.awaitEffect("a leader of " + topic, () -> brokers.leader(topic));
            Nemesis.Active fault = nemesis.begin("kill-9", leader);
            nemesis.room().process(leader).kill();
            String next = nemesis.awaitEffect(
                    "another leader of " + topic, () -> brokers.leader(topic).filter(node -> !node.equals(leader)));
            fault.struck(next + " became the leader of " + topic);
            nemesis.lastFor(FAILOVER_PAUSE);
            nemesis.room().process(leader).start();
            brokers.awaitReady();
        }
    }

    private static void stop(Nemesis nemesis, boolean kill, boolean away) throws IOException, InterruptedException {
        nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin(kill ? "kill-9" : "terminate", BROKER);
        ChildProcess broker = nemesis.room().process(BROKER);
        if (kill) {
            broker.kill();
        } else {
            broker.terminate();
        }
        fault.awaitRefusal(nemesis.room().gateways());
        if (away) {
            nemesis.lastForOutage();
        }
        broker.start();
        nemesis.room().brokers().awaitReady();
    }
}
