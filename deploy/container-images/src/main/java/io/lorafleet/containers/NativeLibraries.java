// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * PyTorch's libraries as files. DJL would unpack them from their jars when a service starts, which is not possible if
 * the root file system is read-only. Here, they are unpacked into the folder in which DJL looks for them.
 */
final class NativeLibraries {
    private static final String PROPERTIES = "native/lib/pytorch.properties";
    /** The time that Gradle and Maven use for reproducible jars. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private NativeLibraries() {}

    /**
     * @param natives the jar {@code pytorch-native-cpu}
     * @param jni the jar {@code pytorch-jni}
     * @param cache folder for DJL's engines (the value of {@code ENGINE_CACHE_DIR})
     * @param djl DJL's version
     */
    static void unpack(Path natives, Path jni, Path cache, String djl) throws IOException {
        try (ZipFile jar = new ZipFile(natives.toFile());
                ZipFile jniJar = new ZipFile(jni.toFile())) {
            Properties properties = new Properties();
            try (InputStream in = open(jar, PROPERTIES)) {
                properties.load(in);
            }
            String flavor = properties.getProperty("flavor");
            String classifier = properties.getProperty("classifier");
            Path folder = Files.createDirectories(cache.resolve("pytorch")
                    .resolve(properties.getProperty("version") + "-" + flavor + "-" + classifier));
            for (String library : properties.getProperty("libraries").split(",")) {
                copy(jar, "pytorch/" + flavor + "/" + classifier + "/" + library, folder.resolve(library));
            }
            copy(
                    jniJar,
                    "jnilib/" + classifier + "/" + flavor + "/libdjl_torch.so",
                    folder.resolve(djl + "-libdjl_torch.so"));
        }
    }

    /** Copies the jar without the libraries, so that the image does not contain them twice. */
    static void strip(Path natives, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        try (ZipFile jar = new ZipFile(natives.toFile());
                OutputStream file = Files.newOutputStream(target);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Enumeration<? extends ZipEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                if (entry.isDirectory() || entry.getName().contains(".so")) {
                    continue;
                }
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTimeLocal(TIME);
                out.putNextEntry(copy);
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(out);
                }
            }
        }
    }

    private static void copy(ZipFile jar, String name, Path target) throws IOException {
        try (InputStream in = open(jar, name)) {
            Files.copy(in, target);
        }
    }

    private static InputStream open(ZipFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        if (entry == null) {
            throw new IOException(jar.getName() + ": expected an entry " + name + ", found none");
        }
        return jar.getInputStream(entry);
    }
}
