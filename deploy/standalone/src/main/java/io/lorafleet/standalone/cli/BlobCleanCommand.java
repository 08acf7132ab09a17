// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.ClusterOptions;
import io.lorafleet.standalone.cli.option.ShortDuration;
import io.lorafleet.standalone.cli.option.StoreOptions;
import io.lorafleet.standalone.storage.BlobAges;
import io.lorafleet.standalone.storage.BlobCleaner;
import io.lorafleet.standalone.storage.BlobsInUse;
import io.lorafleet.standalone.storage.TopicScan;
import io.lorafleet.standalone.supervisor.ClusterSettings;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "blob-clean",
        sortOptions = false,
        description = {
            "Deletes old blobs from a blob store. Each option with an age selects one kind of blob. The command keeps"
                    + " the blobs that unfinished requests and active versions need, so the services can keep running.",
            "An age is a whole number and a unit (s, m, h or d), such as 30d."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} blob-clean --directory /srv/blobs --bootstrap kafka:9092 --images 30d --dry-run"
        })
public final class BlobCleanCommand implements Callable<Integer> {
    /**
     * Time after which Kafka has deleted a request. Until then, a gateway that is starting looks for the request's
     * manifest.
     */
    private static final Duration REQUESTS_ARE_DELETED =
            Objects.requireNonNull(Topic.REQUESTS.retention()).plusDays(1);

    private static final Duration A_RUN_IS_OVER = Duration.ofDays(1);

    @Mixin
    private StoreOptions store;

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--images",
            paramLabel = "AGE",
            converter = ShortDuration.class,
            description = "Deletes the images of generations that have ended. Their manifests remain.")
    private @Nullable Duration images;

    @Option(
            names = "--generations",
            paramLabel = "AGE",
            converter = ShortDuration.class,
            description =
                    "Deletes everything that belongs to generations that have ended. The gateways then no longer know"
                            + " these generations, and a request with the same idempotency key runs again. At least"
                            + " 8d.")
    private @Nullable Duration generations;

    @Option(
            names = "--init-images",
            paramLabel = "AGE",
            converter = ShortDuration.class,
            description = "Deletes init images, masks and condition images that no request has used for this long."
                    + " At least 8d.")
    private @Nullable Duration initImages;

    @Option(
            names = "--retired-versions",
            paramLabel = "AGE",
            converter = ShortDuration.class,
            description = "Deletes the files of adapter versions retired at least this long ago. At least 8d.")
    private @Nullable Duration retiredVersions;

    @Option(
            names = "--checkpoints",
            paramLabel = "AGE",
            converter = ShortDuration.class,
            description = "Deletes training checkpoints that trainers left behind. At least 1d.")
    private @Nullable Duration checkpoints;

    @Option(names = "--dry-run", description = "Lists the blobs without deleting them.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        if (Stream.of(images, generations, initImages, retiredVersions, checkpoints)
                .allMatch(Objects::isNull)) {
            throw new FleetException("expected an age for at least one kind of blob, such as --images 30d, found none");
        }
        atLeast("--generations", REQUESTS_ARE_DELETED, generations);
        atLeast("--init-images", REQUESTS_ARE_DELETED, initImages);
        atLeast("--retired-versions", REQUESTS_ARE_DELETED, retiredVersions);
        atLeast("--checkpoints", A_RUN_IS_OVER, checkpoints);
        BlobAges ages = new BlobAges(images, generations, initImages, retiredVersions, checkpoints);
        Map<String, Object> settings = ClusterSettings.of(cluster.bootstrap(), cluster.config());
        BlobStore blobs = store.open();
        try {
            Instant now = Instant.now();
            BlobsInUse inUse = new TopicScan(settings, cluster.topicPrefix()).read(new BlobsInUse(blobs));
            BlobCleaner.Summary summary = new BlobCleaner(blobs, inUse, ages, now, dryRun, System.out::println).run();
            System.out.printf(
                    "%s %d blobs, %d bytes%n", dryRun ? "would delete" : "deleted", summary.blobs(), summary.bytes());
            return ExitCode.OK;
        } catch (IOException e) {
            throw new FleetException("blob-clean stopped: " + e.getMessage());
        }
    }

    private static void atLeast(String option, Duration least, @Nullable Duration found) {
        if (found != null && found.compareTo(least) < 0) {
            throw new FleetException(option + ": expected at least " + least.toHours() + "h, found " + found.toHours()
                    + "h; newer blobs may still be needed");
        }
    }
}
