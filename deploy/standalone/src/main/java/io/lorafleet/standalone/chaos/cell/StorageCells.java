// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.chaos.room.ServiceSettings;
import io.lorafleet.standalone.chaos.room.SlowCalls;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Faults in the blob store. */
final class StorageCells {
    private static final String BLOBS = "blobs";
    private static final List<String> SLOW_SERVICES = List.of("gateway-1", "gateway-2", "worker-1", "worker-2");
    private static final Duration SLOW = Duration.ofSeconds(5);

    private StorageCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        RoomSettings small = room.withSmallDisk();
        return List.of(
                new Cell(
                        "blob-full",
                        "the blob store's disk is full for the duration of --outage",
                        small,
                        StorageCells::full),
                new Cell(
                        "blob-readonly",
                        "the blob store is read-only for the duration of --outage",
                        small,
                        StorageCells::readOnly),
                new Cell(
                        "blob-away",
                        "the blob store's folder is missing for the duration of --outage",
                        room,
                        StorageCells::away),
                new Cell(
                        "blob-slow",
                        "each call to the blob store takes " + SLOW.toSeconds()
                                + " s longer for the duration of --outage",
                        withDebuggers(room),
                        StorageCells::slow));
    }

    private static RoomSettings withDebuggers(RoomSettings room) {
        RoomSettings all = room;
        for (String service : SLOW_SERVICES) {
            all = all.with(service, ServiceSettings.ofDebugger(Map.of()));
        }
        return all;
    }

    private static void full(Nemesis nemesis) throws IOException, InterruptedException {
        nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin("full", BLOBS);
        nemesis.room().disk().fill();
        awaitWaitingWorker(nemesis, fault);
        nemesis.lastForOutage();
        nemesis.room().disk().free();
    }

    private static void readOnly(Nemesis nemesis) throws IOException, InterruptedException {
        nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin("read-only", BLOBS);
        nemesis.awaitEffect("the disk to become read-only", () -> {
            try {
                nemesis.room().disk().readOnly(true);
                return Optional.of(true);
            } catch (IOException | InterruptedException | RuntimeException busy) {
                return Optional.empty();
            }
        });
        awaitWaitingWorker(nemesis, fault);
        nemesis.lastForOutage();
        nemesis.room().disk().readOnly(false);
    }

    private static void away(Nemesis nemesis) throws IOException, InterruptedException {
        nemesis.busyWorker();
        Path blobs = nemesis.room().blobs();
        Path elsewhere = blobs.resolveSibling("blobs-away");
        Nemesis.Active fault = nemesis.begin("away", BLOBS);
        Files.move(blobs, elsewhere);
        awaitWaitingWorker(nemesis, fault);
        nemesis.lastForOutage();
        // A service may have created the folder again.
        Files.deleteIfExists(blobs);
        Files.move(elsewhere, blobs);
    }

    private static void slow(Nemesis nemesis) throws IOException, InterruptedException {
        nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin("slow", BLOBS);
        List<SlowCalls> calls = new ArrayList<>();
        try {
            for (String service : SLOW_SERVICES) {
                calls.add(
                        nemesis.room().debugger(service).slow(DirectoryBlobStore.class, Set.of("open", "stage"), SLOW));
            }
            nemesis.awaitThat(
                    "each service to call the blob store", () -> calls.stream().allMatch(each -> each.count() > 0));
            nemesis.lastForOutage();
            fault.struck(calls.stream().mapToInt(SlowCalls::count).sum() + " calls were delayed");
        } finally {
            calls.forEach(SlowCalls::close);
        }
    }

    private static void awaitWaitingWorker(Nemesis nemesis, Nemesis.Active fault) throws InterruptedException {
        String answer = nemesis.awaitEffect(
                "a worker whose requests wait for the blob store",
                () -> nemesis.room().workers().stream()
                        .map(worker -> nemesis.room().process(worker).answer("/q/health/ready"))
                        .filter(health -> health.contains("blob store"))
                        .findFirst());
        fault.struck("a worker is not ready: " + answer.replaceAll("\\s+", " "));
    }
}
