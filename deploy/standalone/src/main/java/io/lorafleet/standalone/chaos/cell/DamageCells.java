// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.BlobTree;
import io.lorafleet.standalone.chaos.load.Client;
import io.lorafleet.standalone.chaos.load.GatewayPoller;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.history.TopicEvent.Ended;
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

    private DamageCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell(
                        "damage-image",
                        "a stored image gets other bytes, then clients download it",
                        room,
                        DamageCells::image),
                new Cell(
                        "damage-adapter",
                        "the file of an adapter gets other bytes before a new worker loads it",
                        room,
                        DamageCells::adapter),
                new Cell(
                        "damage-checkpoint",
                        "the checkpoint of a killed trainer gets other bytes before the trainer continues",
                        room.withTrainers(1, TrainerCells.SHORT_RUNS),
                        DamageCells::checkpoint));
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
        fault.struck("answers to downloads: " + answers);
    }

    private static void adapter(Nemesis nemesis) throws IOException, InterruptedException {
        String sha256 = nemesis.load().publish(SPOILT, SPOILT_SEED);
        String worker = nemesis.room().workers().get(0);
        Nemesis.Active fault = nemesis.begin("damage", SPOILT);
        flip(nemesis, BlobKeys.adapter(sha256));
        nemesis.room().process(worker).kill();
        nemesis.restart(worker);
        Client client = nemesis.load().client("poisoner");
        for (int i = 0; ; i++) {
            String id = client.submit(
                    "spoilt-" + i, nemesis.load().orders().with(SPOILT, nemesis.random()), true, () -> false);
            Ended end = nemesis.awaitEffect(
                    "the end of " + id,
                    () -> nemesis.ends().filter(each -> each.id().equals(id)).findFirst());
            if (end.outcome().equals("failed")) {
                fault.struck(end.worker() + " refused it: " + end.reason());
                return;
            }
        }
    }

    private static void checkpoint(Nemesis nemesis) throws IOException, InterruptedException {
        String trainer = nemesis.room().trainers().get(0);
        Path training = nemesis.room().blobs().resolve(BlobTree.TRAINING.folder());
        nemesis.awaitCheckpoint();
        nemesis.room().process(trainer).pause();
        Nemesis.Active fault = nemesis.begin("damage", "checkpoint");
        List<Path> files;
        try (Stream<Path> all = Files.walk(training)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            flip(nemesis, nemesis.room().blobs().relativize(file).toString());
        }
        nemesis.room().process(trainer).kill();
        nemesis.restart(trainer);
        fault.struck(files.size() + " files were damaged; afterwards " + nemesis.awaitFinishedRun() + " ended");
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
