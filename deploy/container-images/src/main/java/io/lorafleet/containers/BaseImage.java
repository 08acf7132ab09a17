// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lorafleet.containers.LockedPackage.Use;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The image that all images extend: a few Debian packages, the user and the Java runtime. It contains no shell and no
 * program but {@code java}.
 *
 * @param tar the image, in the format of {@code docker save}
 * @param packages the packages in the image
 */
record BaseImage(Path tar, List<DebianPackage> packages) {
    static final int USER = 10001;
    static final String JAVA = "/opt/java";
    /**
     * Paths that are not unpacked: documentation, translations, character sets of iconv, and the packages' programs.
     */
    private static final List<String> UNWANTED = List.of(
            "bin/",
            "sbin/",
            "usr/bin/",
            "usr/sbin/",
            "usr/lib/x86_64-linux-gnu/gconv/",
            "usr/lib/x86_64-linux-gnu/audit/",
            "usr/share/doc/",
            "usr/share/info/",
            "usr/share/lintian/",
            "usr/share/locale/",
            "usr/share/man/",
            "usr/share/base-files/",
            "etc/update-motd.d/");

    BaseImage {
        packages = List.copyOf(packages);
    }

    /** @param work an empty folder */
    static BaseImage build(PackageLock lock, PackageStore store, Path work) throws IOException, InterruptedException {
        Path system = Files.createDirectories(work.resolve("system"));
        List<DebianPackage> packages = new ArrayList<>();
        for (LockedPackage locked : lock.packages(Use.RUNTIME)) {
            DebianPackage debian = DebianPackage.open(store.fetch(locked));
            debian.unpack(system, BaseImage::isWanted);
            describe(debian, system);
            packages.add(debian);
        }
        addUser(system);

        Path jdk = Files.createDirectories(work.resolve("jdk"));
        for (LockedPackage locked : lock.packages(Use.JDK)) {
            DebianPackage debian = DebianPackage.open(store.fetch(locked));
            debian.unpack(jdk, path -> path.startsWith("usr/lib/jvm/") || isCopyright(path));
            if (debian.field("Package").contains("jre")) {
                describe(debian, system);
                packages.add(debian);
            }
        }
        Path java = Files.createDirectories(work.resolve("java")).resolve(JAVA.substring(1));
        Files.createDirectories(java.getParent());
        JavaRuntime.link(jdk, java);
        Path cacerts = java.resolve("lib/security/cacerts");
        Files.deleteIfExists(cacerts);
        TrustStore.write(system.resolve("usr/share/ca-certificates/mozilla"), cacerts);

        Path systemLayer = work.resolve("system.tar");
        Path javaLayer = work.resolve("java.tar");
        LayerTar.write(system, systemLayer);
        LayerTar.write(work.resolve("java"), javaLayer);
        Path tar = work.resolve("base.tar");
        save(List.of(systemLayer, javaLayer), tar);
        return new BaseImage(tar, packages);
    }

    private static boolean isWanted(String path) {
        return isCopyright(path) || UNWANTED.stream().noneMatch(path::startsWith);
    }

    /** @return whether the file contains the licence of a package */
    private static boolean isCopyright(String path) {
        return path.startsWith("usr/share/doc/") && path.endsWith("/copyright");
    }

    /** Adds the package's description to the folder in which vulnerability scanners expect it in images without dpkg. */
    private static void describe(DebianPackage debian, Path system) throws IOException {
        Path folder = Files.createDirectories(system.resolve("var/lib/dpkg/status.d"));
        Files.writeString(folder.resolve(debian.field("Package")), debian.control());
    }

    private static void addUser(Path system) throws IOException {
        Files.writeString(
                system.resolve("etc/passwd"),
                "root:x:0:0:root:/root:/sbin/nologin\nlorafleet:x:%d:%d:lorafleet:/tmp:/sbin/nologin\n"
                        .formatted(USER, USER));
        Files.writeString(system.resolve("etc/group"), "root:x:0:\nlorafleet:x:%d:\n".formatted(USER));
        // Without this file, the resolver would not read /etc/hosts first.
        Files.writeString(system.resolve("etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
    }

    private static void save(List<Path> layers, Path tar) throws IOException {
        JsonMapper json = JsonMapper.builder()
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .build();
        List<String> digests = new ArrayList<>();
        for (Path layer : layers) {
            digests.add("sha256:" + FileHash.of(layer));
        }
        byte[] config = json.writeValueAsBytes(Map.of(
                "architecture", "amd64", "os", "linux", "rootfs", Map.of("type", "layers", "diff_ids", digests)));
        byte[] manifest = json.writeValueAsBytes(List.of(Map.of(
                "Config",
                "config.json",
                "Layers",
                layers.stream().map(layer -> layer.getFileName().toString()).toList())));
        try (OutputStream file = Files.newOutputStream(tar);
                TarArchiveOutputStream out = new TarArchiveOutputStream(file, StandardCharsets.UTF_8.name())) {
            add("manifest.json", manifest, out);
            add("config.json", config, out);
            for (Path layer : layers) {
                TarArchiveEntry entry = new TarArchiveEntry(layer.getFileName().toString());
                entry.setSize(Files.size(layer));
                out.putArchiveEntry(entry);
                Files.copy(layer, out);
                out.closeArchiveEntry();
            }
        }
    }

    private static void add(String name, byte[] content, TarArchiveOutputStream out) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
    }
}
