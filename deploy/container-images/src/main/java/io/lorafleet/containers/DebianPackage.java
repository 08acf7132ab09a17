// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * A Debian package file: an {@code ar} archive with {@code control.tar.*}, which describes the package, and {@code
 * data.tar.*}, which contains its files. The package's scripts are never run.
 *
 * @param control the package's control file
 */
record DebianPackage(Path file, String control) {
    private static final int ANY_EXECUTE = 0111;

    static DebianPackage open(Path file) throws IOException {
        try (ArArchiveInputStream ar = new ArArchiveInputStream(Files.newInputStream(file));
                TarArchiveInputStream tar = member(file, ar, "control.tar")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().equals("./control")) {
                    return new DebianPackage(file, new String(tar.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        throw new IOException(file + ": expected a file 'control', found none");
    }

    /** @return the value of a field of the control file, such as {@code Version} */
    String field(String name) throws IOException {
        Matcher field = Pattern.compile("^" + Pattern.quote(name) + ": (.+)$", Pattern.MULTILINE)
                .matcher(control);
        if (!field.find()) {
            throw new IOException(file + ": expected the field " + name + " in the control file, found none");
        }
        return field.group(1);
    }

    /**
     * Unpacks the files into a folder.
     *
     * @param wanted selects the files to unpack by their paths, which have no leading slash
     */
    void unpack(Path folder, Predicate<String> wanted) throws IOException {
        try (ArArchiveInputStream ar = new ArArchiveInputStream(Files.newInputStream(file));
                TarArchiveInputStream tar = member(file, ar, "data.tar")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = path(entry.getName());
                if (!name.isEmpty() && wanted.test(name)) {
                    unpack(folder, name, entry, tar);
                }
            }
        }
    }

    private void unpack(Path folder, String name, TarArchiveEntry entry, InputStream content) throws IOException {
        Path target = inside(folder, name);
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.copy(inside(folder, path(entry.getLinkName())), target, StandardCopyOption.COPY_ATTRIBUTES);
        } else if (entry.isFile()) {
            Files.copy(content, target);
            boolean executable = (entry.getMode() & ANY_EXECUTE) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        } else {
            throw new IOException(file + ": expected files, folders and links, found another entry: " + name);
        }
    }

    /** Rejects paths through links, because an absolute link in a package would lead out of the folder. */
    private Path inside(Path folder, String name) throws IOException {
        Path root = folder.toRealPath();
        Path target = root.resolve(name).normalize();
        Path parent = target.getParent();
        if (parent == null || !parent.startsWith(root)) {
            throw new IOException(file + ": expected paths inside the package, found " + name);
        }
        Files.createDirectories(parent);
        if (!parent.toRealPath().equals(parent)) {
            throw new IOException(file + ": expected a path through folders, found one through a link: " + name);
        }
        return target;
    }

    private static String path(String name) {
        return name.replaceFirst("^\\./", "").replaceFirst("/$", "");
    }

    private static TarArchiveInputStream member(Path file, ArArchiveInputStream ar, String prefix) throws IOException {
        for (ArArchiveEntry entry = ar.getNextEntry(); entry != null; entry = ar.getNextEntry()) {
            String name = entry.getName();
            if (name.startsWith(prefix)) {
                return new TarArchiveInputStream(decompress(file, name, ar));
            }
        }
        throw new IOException(file + ": expected a Debian package with " + prefix + ".*, found none");
    }

    private static InputStream decompress(Path file, String name, InputStream in) throws IOException {
        if (name.endsWith(".xz")) {
            return new XZCompressorInputStream(in);
        }
        if (name.endsWith(".gz")) {
            return new GzipCompressorInputStream(in);
        }
        throw new IOException(file + ": expected a file compressed with xz or gzip, found " + name);
    }
}
