// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Builds all images. For each image, writes {@code NAME.tar}, an archive in the OCI image layout, and {@code
 * NAME.cdx.json}, its bill of materials. Also writes {@code values.yaml}, which contains the digests as values for the
 * Helm chart.
 */
public final class BuildImages {
    private static final String ENGINE_CACHE = "/opt/djl";
    /** Leaves memory outside the heap for PyTorch's tensors. */
    private static final String SMALL_HEAP = "-XX:MaxRAMPercentage=25";

    private static final String LARGE_HEAP = "-XX:MaxRAMPercentage=60";
    /**
     * Makes the process exit after an out-of-memory error, because its state is then unknown. Kubernetes restarts the
     * container.
     */
    private static final String EXIT = "-XX:+ExitOnOutOfMemoryError";

    private final Path root;
    private final Path out;
    private final Path work;
    private final String version;
    private final BaseImage base;
    private final Map<String, String> digests = new TreeMap<>();

    private BuildImages(Path root, Path out, String version, BaseImage base) {
        this.root = root;
        this.out = out;
        this.work = out.resolve("work");
        this.version = version;
        this.base = base;
    }

    /**
     * @param args {@code --root}, the project's folder; {@code --out}, the folder to write to; {@code --version};
     *     {@code --mirror}, the URL of a Debian mirror
     */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Map<String, String> options = Arrays.stream(args)
                .map(arg -> arg.split("=", 2))
                .collect(Collectors.toMap(option -> option[0], option -> option[1]));
        Path root = Path.of(option(options, "--root")).toRealPath();
        Path out = Files.createDirectories(Path.of(option(options, "--out"))).toRealPath();
        PackageLock lock = PackageLock.read(root.resolve("deploy/container-images/debian.lock"));
        PackageStore store =
                new PackageStore(out.resolve("debian"), URI.create(option(options, "--mirror")), lock.snapshot());
        delete(out.resolve("work"));
        Path work = Files.createDirectories(out.resolve("work"));
        BaseImage base = BaseImage.build(lock, store, work);
        new BuildImages(root, out, option(options, "--version"), base).buildAll();
        delete(work);
    }

    private static String option(Map<String, String> options, String name) {
        String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException("expected the option " + name + "=VALUE, found none");
        }
        return value;
    }

    private void buildAll() throws IOException, InterruptedException, ExecutionException {
        build(
                "gateway",
                "gateway",
                quarkus("gateway"),
                new ServiceImage("gateway", version).arguments(LARGE_HEAP, EXIT, "-jar", "quarkus-run.jar"));
        build(
                "gpu-worker",
                "gpu-worker",
                quarkus("gpu-worker"),
                new ServiceImage("gpu-worker", version).arguments(SMALL_HEAP, EXIT, "-jar", "quarkus-run.jar"));
        build(
                "trainer",
                "trainer",
                quarkus("trainer"),
                new ServiceImage("trainer", version).arguments(SMALL_HEAP, EXIT, "-jar", "quarkus-run.jar"));
        build(
                "cli",
                "deploy/standalone",
                PackagedService.jar(root.resolve("deploy/standalone/target/lorafleet-standalone.jar")),
                new ServiceImage("cli", version)
                        .arguments(SMALL_HEAP, "-Dlorafleet.terminal=false", "-jar", "lorafleet-standalone.jar"));
        buildObjectStore();
        writeValues();
    }

    /**
     * Builds the image of the object store, which only Compose uses, so its digest is not in the values for the chart.
     */
    private void buildObjectStore() throws IOException, InterruptedException, ExecutionException {
        Path jar = root.resolve("common/storage/target/s3proxy/s3proxy.jar");
        Path bucket = Files.createDirectories(work.resolve("bucket"));
        Path tar = out.resolve("objects.tar");
        String digest = new ServiceImage("objects", version)
                .arguments(LARGE_HEAP, EXIT, "-jar", "s3proxy.jar", "--properties", "/dev/null")
                .layer("application", Map.of("/app/s3proxy.jar", jar))
                // When a volume for /data is created, it gets a copy of this folder, which is the bucket.
                .folder("/data/blobs", bucket)
                .build(base, tar, work.resolve("layers"));
        report("objects", digest, tar);
    }

    private PackagedService quarkus(String module) throws IOException {
        return PackagedService.quarkus(root.resolve(module).resolve("target/quarkus-app"));
    }

    private void build(String name, String module, PackagedService service, ServiceImage image)
            throws IOException, InterruptedException, ExecutionException {
        PackagedService packaged = service;
        if (service.libraries().keySet().stream().anyMatch(library -> library.contains("pytorch-native-cpu"))) {
            packaged = unpackNatives(name, service, image);
        }
        Path bom = out.resolve(name + ".cdx.json");
        Sbom.write(root.resolve(module).resolve("target/bom.json"), base.packages(), bom);
        image.layer("libraries", packaged.libraries());
        image.layer("application", packaged.application());
        image.layer("bill of materials", Map.of("/usr/share/sbom/lorafleet-" + name + ".cdx.json", bom));
        Path tar = out.resolve(name + ".tar");
        String digest = image.build(base, tar, work.resolve("layers"));
        digests.put(name, digest);
        report(name, digest, tar);
    }

    private void report(String name, String digest, Path tar) throws IOException {
        System.out.printf(Locale.ROOT, "lorafleet/%s:%s %s %.1f MB%n", name, version, digest, Files.size(tar) / 1e6);
    }

    /** Moves PyTorch's libraries out of their jar. */
    private PackagedService unpackNatives(String name, PackagedService service, ServiceImage image) throws IOException {
        Map.Entry<String, Path> natives = service.library("pytorch-native-cpu");
        Map.Entry<String, Path> jni = service.library("pytorch-jni");
        String djl = jni.getKey().replaceFirst(".*-([0-9.]+)\\.jar", "$1");
        Path folder = work.resolve("natives-" + name);
        NativeLibraries.unpack(natives.getValue(), jni.getValue(), folder, djl);
        image.layer("PyTorch", files(folder, ENGINE_CACHE)).environment("ENGINE_CACHE_DIR", ENGINE_CACHE);
        Path stripped =
                work.resolve("stripped-" + name).resolve(natives.getValue().getFileName());
        NativeLibraries.strip(natives.getValue(), stripped);
        return service.withLibrary(natives.getKey(), stripped);
    }

    private static Map<String, Path> files(Path folder, String target) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .collect(Collectors.toMap(file -> target + "/" + folder.relativize(file), file -> file));
        }
    }

    private void writeValues() throws IOException {
        StringBuilder yaml = new StringBuilder("# Container image digests, as values of the Helm chart.\nimages:\n");
        digests.forEach((name, digest) -> yaml.append("  ")
                .append(name.equals("gpu-worker") ? "worker" : name)
                .append(":\n    repository: lorafleet/")
                .append(name)
                .append("\n    digest: ")
                .append(digest)
                .append('\n'));
        Files.writeString(out.resolve("values.yaml"), yaml);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
