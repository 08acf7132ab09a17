// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A layer of an image. The bytes depend only on the paths, contents and links of the files, and on whether they are
 * executable. They do not depend on the owners and times of the files, or on the file system.
 */
final class LayerTar {
    private static final int FOLDER = 0755;
    private static final int EXECUTABLE = 0755;
    private static final int FILE = 0644;
    /** For {@code /tmp}, where every user may create files. */
    private static final int SHARED_FOLDER = 01777;

    private LayerTar() {}

    /**
     * @param folder the root of the layer
     * @param tar the file to write
     */
    static void write(Path folder, Path tar) throws IOException {
        try (OutputStream file = Files.newOutputStream(tar);
                TarArchiveOutputStream out = new TarArchiveOutputStream(file, "UTF-8")) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Path path : sorted(folder)) {
                write(folder, path, out);
            }
        }
    }

    private static List<Path> sorted(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> !path.equals(folder)).sorted().toList();
        }
    }

    private static void write(Path folder, Path path, TarArchiveOutputStream out) throws IOException {
        String name = folder.relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
            TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            link.setLinkName(Files.readSymbolicLink(path).toString());
            put(link, 0777, out);
        } else if (Files.isDirectory(path)) {
            put(new TarArchiveEntry(name + "/"), name.equals("tmp") ? SHARED_FOLDER : FOLDER, out);
        } else {
            TarArchiveEntry file = new TarArchiveEntry(name);
            file.setSize(Files.size(path));
            boolean executable = Files.getPosixFilePermissions(path).contains(PosixFilePermission.OWNER_EXECUTE);
            put(file, executable ? EXECUTABLE : FILE, out);
            Files.copy(path, out);
        }
        out.closeArchiveEntry();
    }

    private static void put(TarArchiveEntry entry, int mode, TarArchiveOutputStream out) throws IOException {
        entry.setMode(mode);
        entry.setModTime(0);
        entry.setIds(0, 0);
        entry.setNames("", "");
        out.putArchiveEntry(entry);
    }
}
