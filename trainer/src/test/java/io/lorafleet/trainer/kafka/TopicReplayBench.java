// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.trainer.Samples;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Measures how long a trainer reads {@code trainings} after one year of two busy trainers. Each run takes ten minutes
 * and reports its progress every five seconds. Arguments: the number of days (default 365), and whether the progress
 * reports are in {@code trainings}, as in earlier releases (default false).
 */
public final class TopicReplayBench {
    private static final int RUNS_PER_DAY = 2 * 24 * 6;
    private static final int REPORTS_PER_RUN = 120;

    private TopicReplayBench() {}

    public static void main(String[] args) throws Exception {
        int days = args.length > 0 ? Integer.parseInt(args[0]) : 365;
        boolean withProgress = args.length > 1 && Boolean.parseBoolean(args[1]);
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(Files.createTempDirectory("replay-"), Ports.free(), Ports.free(), Map.of())) {
            Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (Admin admin = Admin.create(config)) {
                new FleetTopics("", 1, (short) 1).provision(admin);
            }
            long records = write(config, days * RUNS_PER_DAY, withProgress);
            long start = System.nanoTime();
            try (KafkaClients clients = new KafkaClients(config, "test", "unused")) {
                new TopicReplay(clients, "", Duration.ofSeconds(90)).catchUp();
            }
            System.out.printf(
                    "%d days, %d records: read in %.1f s%n", days, records, (System.nanoTime() - start) / 1e9);
        }
    }

    private static long write(Map<String, Object> config, int runs, boolean withProgress) {
        long records = 0;
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            for (int run = 0; run < runs; run++) {
                String adapter = "adapter-" + run % 50;
                Lineage lineage = new Lineage(1 + run / 50, 0, run, run + 1, 16, 42, "plan ".repeat(60));
                send(producer, adapter, new TrainingStarted(adapter, lineage, "trainer-1", Samples.NOW));
                for (int i = 1; withProgress && i <= REPORTS_PER_RUN; i++) {
                    send(
                            producer,
                            adapter,
                            new TrainingProgressed(adapter, lineage, i, REPORTS_PER_RUN, 0.1, 0.1, Samples.NOW));
                    records++;
                }
                send(producer, adapter, TrainingFinished.rejected(adapter, lineage, "worse", null, Samples.NOW));
                records += 2;
            }
        }
        return records;
    }

    private static void send(KafkaProducer<String, byte[]> producer, String adapter, Object event) {
        producer.send(new ProducerRecord<>(Topic.TRAININGS.in(""), adapter, Json.write(event)));
    }
}
