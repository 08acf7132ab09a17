// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.BlobTree;
import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.load.Client;
import io.lorafleet.standalone.chaos.load.GatewayCalls;
import io.lorafleet.standalone.chaos.load.GatewayPoller;
import io.lorafleet.standalone.chaos.room.Brokers;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Blobs whose bytes change. */
final class DamageCells {
    private static final String SPOILT = "spoilt";
    private static final long SPOILT_SEED = 4711;
    private static final String SKIPPED = "lorafleet_training_archives_damaged_total";

    private DamageCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell(
                        "damage-image",
                        "a stored image is damaged, then clients download it",
                        room,
                        DamageCells::image),
                new Cell(
                        "damage-manifest",
                        "the manifest of a generation is damaged after Kafka has deleted the generation's records",
                        room,
                        DamageCells::manifest),
                new Cell(
                        "damage-init-image",
                        "a stored init image is damaged before a worker loads it",
                        room,
                        DamageCells::initImage),
                new Cell(
                        "damage-adapter",
                        "an adapter's file is damaged before a new worker loads it",
                        room,
                        DamageCells::adapter),
                new Cell(
                        "damage-checkpoint",
                        "the checkpoint of a killed trainer is damaged before the trainer resumes",
                        room.withTrainers(1, TrainerCells.SHORT_RUNS),
                        DamageCells::checkpoint),
                new Cell(
                        "damage-archive",
                        "the archived feedback of all runs is damaged before the next run",
                        room.withTrainers(1, TrainerCells.SHORT_RUNS),
                        DamageCells::archive));
    }

    private static void image(Nemesis nemesis) throws IOException, InterruptedException {
        Ended end = nemesis.awaitEffect(
                "a stored image",
                () -> nemesis.ends().filter(each -> !each.images().isEmpty()).findFirst());
        String key = end.images().get(0).blob();
        Nemesis.Active fault = nemesis.begin("damage", key);
        flip(nemesis, key);
        List<Integer> answers = new ArrayList<>();
        for (GatewayPoller poller : nemesis.load().pollers()) {
            answers.addAll(poller.download(end.id()));
        }
        fault.struck("responses to downloads: " + answers);
    }

    /**
     * Once Kafka has deleted the generation's records, a restarted gateway finds the end of the generation only in the
     * manifest.
     */
    private static void manifest(Nemesis nemesis) throws IOException, InterruptedException {
        Requested old = nemesis.awaitEffect(
                "a request that has ended, like all requests before it",
                () -> nemesis.requests()
                        .filter(each -> nemesis.requests()
                                .filter(other -> other.position().precedes(each.position()))
                                .allMatch(other -> nemesis.hasEnded(other.id())))
                        .filter(each -> nemesis.hasEnded(each.id()))
                        .findFirst());
        String key = BlobKeys.manifest(old.id());
        Path manifest = nemesis.room().blobs().resolve(key);
        byte[] intact = Files.readAllBytes(manifest);
        Nemesis.Active fault = nemesis.begin("damage", key);
        flip(nemesis, key);
        nemesis.room()
                .brokers()
                .deleteRecords(old.position().topic(), old.position().offset() + 1);
        for (Topic topic : List.of(Topic.PROGRESS, Topic.RESULTS)) {
            nemesis.room().brokers().deleteRecords(topic.in(""), Brokers.ALL);
        }
        GatewayCalls gateway = nemesis.load().gateways().get(0);
        nemesis.room().process(gateway.name()).kill();
        nemesis.restart(gateway.name());
        GatewayCalls.Answer answer = gateway.get("/v1/generations/" + old.id());
        String problem = new String(answer.body(), UTF_8);
        if (answer.status() != 500 || !problem.contains("damaged-manifest")) {
            throw new FleetException(
                    gateway.name() + ": expected 500 and damaged-manifest, found " + answer.status() + " " + problem);
        }
        fault.struck(gateway.name() + " answered " + problem);
        Files.write(manifest, intact); // as from a backup
    }

    private static void initImage(Nemesis nemesis) throws IOException, InterruptedException {
        Client client = nemesis.load().client("poisoner");
        byte[] request = nemesis.load().orders().withInitImage(nemesis.random());
        for (String worker : nemesis.room().workers()) {
            nemesis.room().process(worker).pause(); // for less than the locks last
        }
        Nemesis.Active fault = nemesis.begin("damage", "init image");
        String id = client.submit("damaged-init-image", request, true);
        for (Path file : files(nemesis, BlobTree.INIT_IMAGES)) {
            flip(nemesis, nemesis.room().blobs().relativize(file).toString());
        }
        for (String worker : nemesis.room().workers()) {
            nemesis.room().process(worker).resume();
        }
        Ended failed = nemesis.awaitEnd(id);
        String again = client.submit("repaired-init-image", request, false);
        Ended end = nemesis.awaitEnd(again);
        if (failed.outcome().equals("failed") && end.outcome().equals("succeeded")) {
            fault.struck(failed.worker() + " refused the init image: " + failed.reason() + "; a new upload succeeded");
        }
    }

    private static void adapter(Nemesis nemesis) throws IOException, InterruptedException {
        String sha256 = nemesis.load().publish(SPOILT, SPOILT_SEED);
        nemesis.awaitResident(SPOILT + "@1"); // a worker may keep what it loaded before
        String worker = nemesis.room().workers().get(0);
        Nemesis.Active fault = nemesis.begin("damage", SPOILT);
        flip(nemesis, BlobKeys.adapter(sha256));
        nemesis.room().process(worker).kill();
        nemesis.restart(worker);
        Client client = nemesis.load().client("poisoner");
        for (int i = 0; ; i++) {
            String id = client.submit("spoilt-" + i, nemesis.load().orders().with(SPOILT, nemesis.random()), true);
            Ended end = nemesis.awaitEnd(id);
            if (end.outcome().equals("failed")) {
                fault.struck(end.worker() + " refused the adapter: " + end.reason());
                return;
            }
        }
    }

    private static void checkpoint(Nemesis nemesis) throws IOException, InterruptedException {
        String trainer = nemesis.room().trainers().get(0);
        nemesis.awaitCheckpoint();
        nemesis.room().process(trainer).pause();
        Nemesis.Active fault = nemesis.begin("damage", "checkpoint");
        List<Path> files = files(nemesis, BlobTree.TRAINING);
        for (Path file : files) {
            flip(nemesis, nemesis.room().blobs().relativize(file).toString());
        }
        nemesis.room().process(trainer).kill();
        nemesis.restart(trainer);
        fault.struck(files.size() + " files were damaged; afterwards, " + nemesis.awaitFinishedRun() + " ended");
    }

    private static void archive(Nemesis nemesis) throws IOException, InterruptedException {
        String trainer = nemesis.room().trainers().get(0);
        nemesis.awaitFinishedRun();
        Nemesis.Active fault = nemesis.begin("damage", "archived feedback");
        List<Path> files = files(nemesis, BlobTree.FEEDBACK);
        for (Path file : files) {
            flip(nemesis, nemesis.room().blobs().relativize(file).toString());
        }
        String skipped = nemesis.awaitEffect(
                "a run that skips a damaged archive",
                () -> nemesis.room()
                        .process(trainer)
                        .answer("/q/metrics")
                        .lines()
                        .filter(line -> line.startsWith(SKIPPED) && !line.endsWith(" 0.0"))
                        .findFirst());
        fault.struck(files.size() + " files were damaged, " + skipped + "; afterwards, " + nemesis.awaitFinishedRun()
                + " ended");
    }

    private static List<Path> files(Nemesis nemesis, BlobTree tree) throws IOException {
        try (Stream<Path> all = Files.walk(nemesis.room().blobs().resolve(tree.folder()))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** Changes a byte in the middle of a blob. */
    private static void flip(Nemesis nemesis, String key) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(nemesis.room().blobs().resolve(key).toFile(), "rw")) {
            long middle = file.length() / 2;
            file.seek(middle);
            int before = file.read();
            file.seek(middle);
            file.write(before ^ 1);
        }
        nemesis.damaged(key);
    }
}
