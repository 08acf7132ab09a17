// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.standalone.SampleRequest;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests with a real broker. All blobs are ten days old, unless a test says otherwise. */
class BlobCleanCommandTest {
    private static final Duration OLD = Duration.ofDays(10);
    private static final String USED = Sha256.of("used".getBytes(UTF_8));
    private static final String MASK = "3a".repeat(32);
    private static final String UNUSED = Sha256.of("unused".getBytes(UTF_8));
    private static final String LIVE = Sha256.of("live".getBytes(UTF_8));
    private static final String PINNED = Sha256.of("pinned".getBytes(UTF_8));
    private static final String RETIRED = Sha256.of("retired".getBytes(UTF_8));

    @TempDir
    private Path folder;

    private Path directory;
    private DirectoryBlobStore blobs;
    private EmbeddedBroker broker;
    private KafkaProducer<String, byte[]> producer;
    private final Instant now = Instant.now();

    @BeforeEach
    void open() throws Exception {
        directory = folder.resolve("blobs");
        blobs = new DirectoryBlobStore(directory);
        broker = EmbeddedBroker.start(folder.resolve("kafka"), Ports.free(), Ports.free());
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            new FleetTopics("", 1, (short) 1).provision(admin);
        }
        producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        for (String id : List.of("ended", "waits")) {
            store(BlobKeys.image(id, 0));
            store(BlobKeys.attempt(id, 1));
            store(BlobKeys.request(id));
        }
        store(BlobKeys.manifest("ended"));
        store(BlobKeys.initImage(USED));
        store(BlobKeys.initImage(MASK));
        store(BlobKeys.initImage(UNUSED));
        for (String sha256 : List.of(LIVE, PINNED, RETIRED)) {
            store(BlobKeys.adapter(sha256));
        }
        store(BlobKeys.adapterNumber("ink", 1));
        store(BlobKeys.checkpoint("ink", "run", 1));
        version(1, LIVE, null);
        version(2, PINNED, now.minus(OLD));
        version(3, RETIRED, now.minus(OLD));
        request("ended", UNUSED, RETIRED);
        request("waits", USED, PINNED);
        producer.flush();
    }

    @AfterEach
    void close() {
        producer.close();
        broker.close();
    }

    @Test
    void deletesWhatHasEnded() throws IOException {
        TreeSet<String> before = keys();
        assertThat(clean(
                        "--generations",
                        "9d",
                        "--init-images",
                        "9d",
                        "--retired-versions",
                        "9d",
                        "--checkpoints",
                        "9d"))
                .endsWith("deleted 7 blobs, 70 bytes\n");
        before.removeAll(List.of(
                BlobKeys.image("ended", 0),
                BlobKeys.attempt("ended", 1),
                BlobKeys.request("ended"),
                BlobKeys.manifest("ended"),
                BlobKeys.initImage(UNUSED),
                BlobKeys.adapter(RETIRED),
                BlobKeys.checkpoint("ink", "run", 1)));
        assertThat(keys()).isEqualTo(before);
    }

    @Test
    void deletesOnlyImagesOfEndedGenerations() throws IOException {
        assertThat(clean("--images", "1d")).isEqualTo("generations/ended/0.png\ndeleted 1 blobs, 10 bytes\n");
        assertThat(blobs.get(BlobKeys.manifest("ended"))).isPresent();
    }

    @Test
    void keepsYoungBlobs() throws IOException {
        assertThat(clean("--generations", "11d", "--init-images", "11d", "--retired-versions", "11d"))
                .isEqualTo("deleted 0 blobs, 0 bytes\n");
    }

    @Test
    void keepsTheFileOfAVersionThatWasRetiredLately() throws IOException {
        version(3, RETIRED, now.minus(Duration.ofDays(1)));
        producer.flush();
        assertThat(clean("--retired-versions", "9d")).isEqualTo("deleted 0 blobs, 0 bytes\n");
    }

    @Test
    void aDryRunDeletesNothing() throws IOException {
        TreeSet<String> before = keys();
        assertThat(clean("--init-images", "9d", "--dry-run"))
                .isEqualTo("init-images/" + UNUSED + "\nwould delete 1 blobs, 10 bytes\n");
        assertThat(keys()).isEqualTo(before);
    }

    /** A request of a later release may need any init image and any retired version. */
    @Test
    void keepsWhatARequestThatItDoesNotUnderstandMayNeed() throws IOException {
        producer.send(new ProducerRecord<>(Topic.REQUESTS.in(""), "later", "{}".getBytes(UTF_8)));
        producer.flush();
        assertThat(clean("--init-images", "9d", "--retired-versions", "9d")).isEqualTo("deleted 0 blobs, 0 bytes\n");
    }

    @Test
    void keepsTheConditionImagesOfARequest() throws IOException {
        GenerateImage controlled = GenerateImage.builder("controlled", now)
                .prompt("a red star")
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .controls(List.of(new AppliedControlNet(new PinnedControlNet("edges", LIVE), UNUSED, 1, 0, 1)))
                .build();
        producer.send(new ProducerRecord<>(Topic.REQUESTS.in(""), "controlled", Json.write(controlled)));
        producer.flush();
        assertThat(clean("--init-images", "9d")).isEqualTo("deleted 0 blobs, 0 bytes\n");
    }

    @Test
    void keepsWhatARequestForAnotherPoolNeeds() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrapServers()))) {
            new FleetTopics("", Set.of("xl"), 1, 1, (short) 1).provision(admin);
        }
        producer.send(new ProducerRecord<>(
                        Topic.BATCH_REQUESTS.in("", "xl"), "far", Json.write(command("far", UNUSED, RETIRED))))
                .get();
        assertThat(clean("--init-images", "9d", "--retired-versions", "9d")).isEqualTo("deleted 0 blobs, 0 bytes\n");
    }

    @Test
    void doesNotReadRequestsBeforeTheLowWaterMark() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrapServers()))) {
            admin.alterConsumerGroupOffsets(
                            Topic.LOW_WATER_MARKS,
                            Map.of(new TopicPartition(Topic.REQUESTS.in(""), 0), new OffsetAndMetadata(2)))
                    .all()
                    .get();
        }
        assertThat(clean("--init-images", "9d")).contains(USED, UNUSED, MASK).endsWith("deleted 3 blobs, 30 bytes\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--images 30d --directory none | '--directory: expected a blob store, with the folder none/.unfinished, found none'",
                "--images 30d | 'expected either --directory or --bucket, found neither'",
                "--directory x | 'expected an age for at least one kind of blob, such as --images 30d, found none'",
                "--directory x --generations 7d | '--generations: expected at least 192h, found 168h'",
                "--directory x --init-images 1d | '--init-images: expected at least 192h, found 24h'",
                "--directory x --retired-versions 1d | '--retired-versions: expected at least 192h, found 24h'",
                "--directory x --checkpoints 1h | '--checkpoints: expected at least 24h, found 1h'",
            })
    void refusesWrongOptions(String arguments, String message) {
        CommandRun run = run(Stream.of(arguments.split(" ")));
        assertThat(run.err()).contains(message);
        assertThat(run.exit()).isNotZero();
    }

    private String clean(String... ages) {
        CommandRun run = run(Stream.concat(
                Stream.of("--directory", directory.toString(), "--bootstrap", broker.bootstrapServers()),
                Stream.of(ages)));
        assertThat(run.exit()).as(run.err()).isZero();
        return run.out();
    }

    private static CommandRun run(Stream<String> arguments) {
        return CommandRun.of(Stream.concat(Stream.of("blob-clean"), arguments).toArray(String[]::new));
    }

    private void store(String key) throws IOException {
        blobs.putIfAbsent(key, "ten bytes!".getBytes(UTF_8));
        Files.setLastModifiedTime(directory.resolve(key), FileTime.from(now.minus(OLD)));
    }

    private TreeSet<String> keys() throws IOException {
        TreeSet<String> all = new TreeSet<>();
        for (String tree : List.of("generations/", "requests/", "init-images/", "adapters/", "training/")) {
            try (Stream<String> keys = blobs.list(tree)) {
                keys.forEach(all::add);
            }
        }
        return all;
    }

    private void version(int number, String sha256, Instant retiredAt) {
        AdapterVersion version = new AdapterVersion(
                "ink",
                number,
                sha256,
                10,
                4,
                null,
                AdapterVersion.Kind.STYLE,
                null,
                now.minus(OLD),
                retiredAt,
                null,
                null,
                null,
                null,
                null);
        producer.send(new ProducerRecord<>(Topic.ADAPTERS.in(""), "ink@" + number, Json.write(version)));
    }

    private void request(String id, String initImage, String adapter) {
        producer.send(new ProducerRecord<>(Topic.REQUESTS.in(""), id, Json.write(command(id, initImage, adapter))));
    }

    private GenerateImage command(String id, String initImage, String adapter) {
        AppliedAdapter applied = new AppliedAdapter(new PinnedAdapter("ink", 2, adapter), 1);
        return SampleRequest.of(
                id, "a red star", new InitImage(initImage, 0.5, new InitImageMask(MASK, false)), List.of(applied), now);
    }
}
