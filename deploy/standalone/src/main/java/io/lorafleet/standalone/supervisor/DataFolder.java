// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.storage.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** The folder for all of a fleet's data. A lock ensures that only one fleet uses the folder. */
final class DataFolder implements AutoCloseable {
    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Locks a folder. If the folder does not exist, it is created so that only this user has access.
     *
     * @param closed whether to remove other users' access to an existing folder
     * @throws FleetException if another fleet is using the folder, or if its mode cannot be changed
     */
    static DataFolder open(Path path, boolean closed) throws IOException {
        Files.createDirectories(path, OwnerOnly.folder());
        if (closed) {
            closeToOthers(path);
        }
        Files.createDirectories(path.resolve("logs"));
        Path lockFile = path.resolve("lock");
        FileChannel channel = FileChannel.open(
                lockFile, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!isLocked(channel)) {
            channel.close();
            throw new FleetException("the data folder " + path + " is in use by another fleet (process "
                    + Files.readString(lockFile).strip() + "): stop that fleet, or set --data to another folder");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
        return new DataFolder(path, channel);
    }

    private static void closeToOthers(Path path) throws IOException {
        try {
            if (!OwnerOnly.isClosed(path)) {
                Files.setPosixFilePermissions(path, OwnerOnly.FOLDER);
            }
        } catch (FileSystemException notOurs) {
            // The check below reports the problem.
        }
        Optional<String> objection = OwnerOnly.objection(path);
        if (objection.isPresent()) {
            throw new FleetException("--data, when used with --api-keys: " + objection.get());
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    Path kafka() {
        return path.resolve("kafka");
    }

    Path blobs() {
        return path.resolve("blobs");
    }

    /** Writes the Kafka client settings for the fleet's broker to a file that only this user can read. */
    void writeKafkaClient(Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        Files.deleteIfExists(kafkaClient());
        Files.createFile(kafkaClient(), OwnerOnly.file());
        try (Writer out = Files.newBufferedWriter(kafkaClient())) {
            properties.store(
                    out,
                    "Use with --config while the fleet is running. These credentials grant full access to the broker.");
        }
    }

    /**
     * Writes a file from which Prometheus discovers the metrics endpoints.
     *
     * @param metrics URL of each service's metrics, by the service's name
     */
    void writePrometheusTargets(SortedMap<String, URI> metrics) throws IOException {
        List<PrometheusTarget> targets = metrics.entrySet().stream()
                .map(service -> PrometheusTarget.of(service.getKey(), service.getValue()))
                .toList();
        Files.write(prometheusTargets(), Json.write(targets));
    }

    /** An entry of a file for Prometheus' {@code file_sd_configs}. */
    private record PrometheusTarget(List<String> targets, Map<String, String> labels) {
        private static final Pattern NUMBER = Pattern.compile("-\\d+$");

        static PrometheusTarget of(String service, URI metrics) {
            String job = "lorafleet-" + NUMBER.matcher(service).replaceFirst("");
            return new PrometheusTarget(List.of(metrics.getAuthority()), Map.of("job", job, "instance", service));
        }
    }

    private Path prometheusTargets() {
        return path.resolve("prometheus-targets.json");
    }

    private Path kafkaClient() {
        return path.resolve("kafka-client.properties");
    }

    Path logs() {
        return path.resolve("logs");
    }

    /** Unlocks the folder. Its content remains. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(kafkaClient());
            Files.deleteIfExists(prometheusTargets());
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
