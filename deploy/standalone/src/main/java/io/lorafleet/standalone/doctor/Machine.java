// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.doctor;

import io.lorafleet.standalone.cli.option.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks of the machine.
 *
 * @param proc the folder {@code /proc}
 */
record Machine(Path proc) {
    private static final int OLDEST_JAVA = 17;
    private static final long KIBIBYTE = 1024;
    /** The heaps of the gateway, the trainer and the broker, and the memory outside of heaps, without any worker. */
    private static final long FIXED_MEMORY = 2_500_000_000L;
    /** The heap of a worker. Its model comes on top. */
    private static final long WORKER_MEMORY = 1_000_000_000L;
    /** Room for Kafka's log, images and adapters. */
    private static final long LITTLE_DISK = 2_000_000_000L;
    /** The processor features that make a difference, by their names in /proc/cpuinfo. */
    private static final Map<String, String> FEATURES =
            Map.of("avx2", "AVX2", "avx512f", "AVX-512", "avx512_bf16", "AVX-512 BF16", "amx_tile", "AMX");

    static Finding java(int version) {
        String found = "Java " + version + " runs this command and the services.";
        return version >= OLDEST_JAVA
                ? Finding.ok("java", found)
                : Finding.problem("java", found + " Install Java " + OLDEST_JAVA + " or newer.");
    }

    static Finding system(String name, String architecture) {
        boolean isSupported = name.equals("Linux") && List.of("amd64", "x86_64").contains(architecture);
        String found = name + " on " + architecture;
        return isSupported
                ? Finding.ok("system", found + " is supported.")
                : Finding.problem(
                        "system",
                        "Workers need Linux on x86-64, found " + found
                                + ". Commands that only call a gateway work here.");
    }

    Finding processor() throws IOException {
        Set<String> flags = flags();
        String names = FEATURES.entrySet().stream()
                .filter(feature -> flags.contains(feature.getKey()))
                .map(Map.Entry::getValue)
                .sorted()
                .collect(Collectors.joining(", "));
        String found = Runtime.getRuntime().availableProcessors() + " processors with "
                + (names.isEmpty() ? "none of AVX2, AVX-512 and AMX" : names) + ".";
        return flags.contains("avx2")
                ? Finding.ok("processor", found)
                : Finding.warning("processor", found + " Without AVX2, PyTorch is many times slower.");
    }

    private Set<String> flags() throws IOException {
        Path file = proc.resolve("cpuinfo");
        if (!Files.isReadable(file)) {
            return Set.of();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line ->
                        Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
                .orElse(Set.of());
    }

    /** @param modelBytes size of the weights in the memory of a worker */
    Finding memory(int workers, long modelBytes) throws IOException {
        Path file = proc.resolve("meminfo");
        if (!Files.isReadable(file)) {
            return Finding.warning("memory", "The available memory is unknown: " + file + " cannot be read.");
        }
        long available = Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith("MemAvailable:"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElse(0)
                * KIBIBYTE;
        long needed = FIXED_MEMORY + workers * (WORKER_MEMORY + modelBytes);
        String found = String.format(
                Locale.ROOT,
                "%s are available; a fleet with %d %s of this model needs up to about %s.",
                Words.bytes(available),
                workers,
                workers == 1 ? "worker" : "workers",
                Words.bytes(needed));
        return available >= needed
                ? Finding.ok("memory", found)
                : Finding.warning("memory", found + " Use fewer workers or a smaller model, or stop other programs.");
    }

    /** @param data the data folder, which need not exist yet */
    static Finding disk(Path data) throws IOException {
        Path existing = data.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = Objects.requireNonNull(existing.getParent(), "the root folder exists");
        }
        long free = Files.getFileStore(existing).getUsableSpace();
        String found = Words.bytes(free) + " are free for the data folder " + data + ".";
        if (!Files.isWritable(existing)) {
            return Finding.problem("disk", existing + " is not writable. Use another folder with --data.");
        }
        return free >= LITTLE_DISK
                ? Finding.ok("disk", found)
                : Finding.warning("disk", found + " Kafka's log and images may fill the disk.");
    }
}
